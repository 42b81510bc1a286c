/*
 * Which parts the running kernel takes, through bpf_load() itself: once in a program's life, hence each
 * time in a process of its own.
 */
#pragma once

#include <stdint.h>

/* @wish: a bit for each enum bpf_part. Return: a bit for each part that is there. */
uint32_t loads_try(uint32_t wish);
