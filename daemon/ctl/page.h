/*
 * The status page: RUNTIME_DIR/status.json, replaced by the supervisor every second and left behind
 * when the daemon dies. This file knows its format; document.h makes it safe to use.
 */
#pragma once

#include "base/units.h"
#include "ctl/document.h"

#define PAGE_NAME "status.json"
#define PAGE_FORMAT "oomhandlerd-status"
#define PAGE_VERSION 1
/* 4096 groups with a label of 1 KiB and their other members, twice over */
#define PAGE_SIZE_MAX (16 * BYTES_PER_MIB)

struct page {
	struct json_object *root; /* owner: this struct */
};

/**
 * page_load() - read and check the page of @runtime_dir
 * @fault: says what is wrong when the call fails
 *
 * Errors:  -ENOENT when there is none; -EBADMSG for one that is corrupt, cut, too large, no regular
 *          file, or of another format or version; else what open(2) or read(2) say.
 */
int page_load(const char *runtime_dir, struct document_fault *fault, struct page *ret_page);

/**
 * page_parse() - the same from memory
 * @text: NUL-terminated; @length bytes without the NUL
 *
 * Errors:  -EBADMSG as page_load().
 */
int page_parse(const char *text, size_t length, struct document_fault *fault,
	       struct page *ret_page);

/* Time since the supervisor wrote it, on the page's own clock. */
struct nsec page_age(const struct page *page, struct nsec now);

void page_done(struct page *page);
