/*
 * What happens to one slot, whoever makes it happen: its state, its calm numbers, its way back to the
 * kernel's killer.
 */
#pragma once

#include "handler/handler.h"

#define SLOT_BACKOFF_MIN_MSEC 1000

/* The state of @slot, for us and on the board. */
void slot_set_state(struct handler *handler, uint32_t slot, enum board_state state);

/* Takes the present counters as the calm ones, against which the next rise of failcnt is measured. */
void slot_note_calm(struct handler *handler, uint32_t slot);

/* The kernel's killer has been given @slot: arm again only with proof, later each time. */
void slot_handed_back(struct handler *handler, uint32_t slot);

/* Handed back: not armed again before @until in any case; 0 changes nothing. */
void slot_rest(struct handler *handler, uint32_t slot, struct nsec until);

/* Handed back, and that ended as it was meant to: armed again as soon as the proof is there. */
void slot_ease(struct handler *handler, uint32_t slot);

/* On the board alone: out of memory, with nobody the kernel could kill; or just out of memory again. */
void slot_show_stranded(struct handler *handler, uint32_t slot, bool stranded);

/*
 * Somebody else wrote 0, the guardian or an operator: theirs is the last word until things are calm. The
 * caller closes the episode, if there is one.
 */
void slot_overrule(struct handler *handler, uint32_t slot);
