/*
 * What the less harmless files of /proc/PID say: pure functions over their text, for the reader. Names
 * stay raw: they are chosen by the process, and compared as they are.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "shared/facts.h"

/**
 * proc_text_exe() - the name of a program's file
 * @link: target of /proc/PID/exe; " (deleted)", which the kernel adds, is no part of the name
 */
void proc_text_exe(const char *link, char exe[static FACTS_EXE_SIZE]);

/**
 * proc_text_cmdline() - arguments with one blank between
 * @text: @length bytes of /proc/PID/cmdline, at most FACTS_CMDLINE_SIZE - 1, NULs included
 */
void proc_text_cmdline(const char *text, size_t length, char cmdline[static FACTS_CMDLINE_SIZE]);

/**
 * proc_text_start() - when the process was started, CLOCK_BOOTTIME in ns
 * @stat:             text of /proc/PID/stat
 * @ticks_per_second: sysconf(_SC_CLK_TCK), of which field 22 counts
 *
 * Errors:  -EBADMSG when the field is missing, cut or absurd; @ret_nsec is then untouched.
 */
int proc_text_start(const char *stat, long ticks_per_second, uint64_t *ret_nsec);
