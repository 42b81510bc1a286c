/* Processes that do nothing but use a processor: the loaded machine. They die with the case. */
#pragma once

#define HOGS_MOST 8

void hogs_start(unsigned int count);
void hogs_stop(void);
