/* See types.h. Not libbpf's own way of finding it, which is what is being tested. */
#include "bpf/types.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

struct place {
	const struct btf_type *type;
	int bits;
};

static const struct btf_type *plain(const struct btf *types, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(types, id);

	while (btf_is_mod(type) || btf_is_typedef(type))
		type = btf__type_by_id(types, type->type);
	return type;
}

/* Moves @place into the member, through members without a name as well. */
static bool enter(const struct btf *types, struct place *place, const char *name, size_t length)
{
	const struct btf_type *outer = place->type;

	for (int i = 0; btf_is_composite(outer) && i < btf_vlen(outer); i++) {
		const struct btf_member *member = &btf_members(outer)[i];
		const char *here = btf__name_by_offset(types, member->name_off);
		struct place inner = { plain(types, member->type),
				       place->bits +
					       (int)btf_member_bit_offset(outer, (uint32_t)i) };
		bool found = *here ? strlen(here) == length && memcmp(here, name, length) == 0
				   : enter(types, &inner, name, length);

		if (found) {
			*place = inner;
			return true;
		}
	}
	return false;
}

static void index_into(const struct btf *types, struct place *place, long at)
{
	const struct btf_type *array = place->type;
	long size;

	if (!btf_is_array(array))
		return;
	size = btf__resolve_size(types, btf_array(array)->type);
	place->type = plain(types, btf_array(array)->type);
	place->bits += (int)(at * 8 * size);
}

int types_offset(const struct btf *types, const char *field)
{
	struct place place = { NULL, 0 };
	char name[64] = "";
	int id;

	if (strncmp(field, "struct ", 7) != 0)
		return -ENOENT;
	field += 7;
	(void)strncat(name, field, strcspn(field, ".") < sizeof(name) ? strcspn(field, ".") : 0);
	field += strcspn(field, ".");
	if (strstr(name, "___"))
		*strstr(name, "___") = '\0';
	id = btf__find_by_name_kind(types, name, BTF_KIND_STRUCT);
	if (id < 0)
		return -ENOENT;
	place.type = btf__type_by_id(types, (uint32_t)id);
	while (*field) {
		size_t length = strcspn(++field, ".[]");

		if (field[-1] == '.' && !enter(types, &place, field, length))
			return -ENOENT;
		if (field[-1] == '[')
			index_into(types, &place, strtol(field, NULL, 10));
		field += length;
	}
	return place.bits / 8;
}
