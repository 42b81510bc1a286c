/*
 * The sources of snapshots on the status page: which is in use, how each has done so far, and which of our
 * programs the kernel has not taken, with its reason.
 */
#pragma once

#include <json-c/json.h>

#include "shared/inherit.h"

/**
 * status_sources_add() - the members "source", "kill_method", "sources_text", "sources", "kill", "parts"
 *
 *	"sources": [ {"name","state","allowed","error","uses","failures","tried_ago_msec"}... ], best first
 *	"kill": the same of signals sent from within the kernel, without "allowed"
 *	"parts": [ {"name","why"}... ], why null for one that is loaded
 */
void status_sources_add(struct json_object *page, const struct tables *tables);
