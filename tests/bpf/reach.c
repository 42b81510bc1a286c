/* See reach.h: constant propagation, one state per instruction, until no state changes. */
#include "bpf/reach.h"

#include <stdint.h>
#include <string.h>

#define REGISTERS 11
#define SLOTS 64 /* of eight bytes, the whole stack */
#define FRAME BPF_REG_10

struct value {
	bool known;
	int64_t is;
};

struct state {
	struct value registers[REGISTERS];
	struct value stack[SLOTS];
};

static struct state states[REACH_MAX]; /* before each instruction, where reached */
static size_t waiting[REACH_MAX];
static bool is_waiting[REACH_MAX];

static struct walk {
	const struct bpf_insn *code;
	size_t count;
	bool *reached;
	size_t waits;
} walk;

static bool join(struct value *into, const struct value *other)
{
	if (!into->known || (other->known && other->is == into->is))
		return false;
	into->known = false;
	return true;
}

static bool state_join(struct state *into, const struct state *other)
{
	bool changed = false;

	for (int i = 0; i < REGISTERS; i++)
		changed |= join(&into->registers[i], &other->registers[i]);
	for (int i = 0; i < SLOTS; i++)
		changed |= join(&into->stack[i], &other->stack[i]);
	return changed;
}

static void come_to(size_t at, const struct state *state)
{
	if (at >= walk.count)
		return;
	if (!walk.reached[at])
		states[at] = *state;
	else if (!state_join(&states[at], state))
		return;
	walk.reached[at] = true;
	if (!is_waiting[at]) {
		is_waiting[at] = true;
		waiting[walk.waits++] = at;
	}
}

static struct value *slot(struct state *state, int offset)
{
	return offset < 0 && offset >= -8 * SLOTS && offset % 8 == 0
		       ? &state->stack[offset / 8 + SLOTS]
		       : NULL;
}

static void stack_forget(struct state *state)
{
	memset(state->stack, 0, sizeof(state->stack));
}

static void store(struct state *state, const struct bpf_insn *insn)
{
	struct value *at = insn->dst_reg == FRAME ? slot(state, insn->off) : NULL;

	if (insn->code == (BPF_STX | BPF_MEM | BPF_DW) && at)
		*at = state->registers[insn->src_reg];
	else if (insn->code == (BPF_ST | BPF_MEM | BPF_DW) && at)
		*at = (struct value){ true, insn->imm };
	else
		stack_forget(state); /* a part of a slot, or who knows where */
	if (BPF_CLASS(insn->code) == BPF_STX && BPF_MODE(insn->code) == BPF_ATOMIC)
		state->registers[insn->src_reg].known = state->registers[BPF_REG_0].known = false;
}

static void load(struct state *state, const struct bpf_insn *insn)
{
	struct value *at = insn->src_reg == FRAME ? slot(state, insn->off) : NULL;
	bool whole = insn->code == (BPF_LDX | BPF_MEM | BPF_DW) && at;

	state->registers[insn->dst_reg] = whole ? *at : (struct value){ false, 0 };
}

static void compute(struct state *state, const struct bpf_insn *insn)
{
	struct value *to = &state->registers[insn->dst_reg];
	struct value by = BPF_SRC(insn->code) == BPF_X ? state->registers[insn->src_reg]
						       : (struct value){ true, insn->imm };

	if (BPF_OP(insn->code) == BPF_MOV) {
		*to = by;
	} else if (BPF_OP(insn->code) == BPF_AND && by.known && by.is == 0) {
		*to = by;
	} else if (BPF_OP(insn->code) == BPF_AND && by.known && to->known) {
		to->is &= by.is;
	} else {
		to->known = false;
	}
	if (BPF_CLASS(insn->code) == BPF_ALU)
		to->is = (uint32_t)to->is;
}

static void call(struct state *state, const struct bpf_insn *insn, size_t at)
{
	static const struct state nothing;

	if (insn->src_reg == BPF_PSEUDO_CALL)
		come_to(at + 1 + (size_t)insn->imm, &nothing);
	for (int i = BPF_REG_0; i <= BPF_REG_5; i++)
		state->registers[i].known = false;
	stack_forget(state);
}

/* Sends on the state to where the jump goes; true: it may also fall through. */
static bool jump(const struct state *state, const struct bpf_insn *insn, size_t at)
{
	const struct value *left = &state->registers[insn->dst_reg];
	struct value right = BPF_SRC(insn->code) == BPF_X ? state->registers[insn->src_reg]
							  : (struct value){ true, insn->imm };
	uint8_t kind = BPF_OP(insn->code);
	bool equality = insn->code == (BPF_JMP | BPF_SRC(insn->code) | kind) &&
			(kind == BPF_JEQ || kind == BPF_JNE);
	bool decided = equality && left->known && right.known;
	bool taken = (left->is == right.is) == (kind == BPF_JEQ);

	if (kind == BPF_JA || !decided || taken)
		come_to((size_t)((long)at + 1 + insn->off), state);
	return kind != BPF_JA && (!decided || !taken);
}

static void step(size_t at)
{
	const struct bpf_insn *insn = &walk.code[at];
	struct state state = states[at];
	size_t next = at + 1;

	switch (BPF_CLASS(insn->code)) {
	case BPF_LD: /* two instructions long; @src_reg: no number but a map or a variable */
		state.registers[insn->dst_reg] = (struct value){
			insn->src_reg == 0,
			(int64_t)((uint64_t)(uint32_t)insn[1].imm << 32 | (uint32_t)insn->imm)
		};
		next = at + 2;
		break;
	case BPF_LDX:
		load(&state, insn);
		break;
	case BPF_ST:
	case BPF_STX:
		store(&state, insn);
		break;
	case BPF_ALU:
	case BPF_ALU64:
		compute(&state, insn);
		break;
	case BPF_JMP:
	case BPF_JMP32:
		if (BPF_OP(insn->code) == BPF_EXIT)
			return;
		if (BPF_OP(insn->code) == BPF_CALL)
			call(&state, insn, at);
		else if (!jump(&state, insn, at))
			return;
		break;
	}
	come_to(next, &state);
}

void reach_find(const struct bpf_insn *code, size_t count, bool *ret_reached)
{
	static const struct state nothing;

	walk = (struct walk){ .code = code, .count = count, .reached = ret_reached };
	memset(ret_reached, 0, count * sizeof(*ret_reached));
	come_to(0, &nothing);
	while (walk.waits) {
		size_t at = waiting[--walk.waits];

		is_waiting[at] = false;
		step(at);
	}
}
