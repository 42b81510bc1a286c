/*
 * What the bus can be asked (shared/bus.h). Whoever connected is known from the kernel; the library's own
 * idea of privileges, which asks a bus daemon that is not there, is left out.
 */
#include <errno.h>

#include "settings/memory.h"
#include "shared/bus.h"
#include "supervisor/connection.h"
#include "supervisor/explain.h"
#include "supervisor/group_name.h"
#include "supervisor/override.h"

static bool may_change(const struct connection *connection, sd_bus_error *error)
{
	if (connection->uid == 0)
		return true;
	(void)sd_bus_error_set(error, BUS_ERROR_NOT_PERMITTED, "only root may change anything");
	return false;
}

/* The one argument of most methods. NULL: @error says why. */
static struct node *group_read(const struct connection *connection, sd_bus_message *message,
			       sd_bus_error *error)
{
	const struct supervisor *supervisor = connection->supervisor;
	const char *name;
	struct node *node;
	int ret = sd_bus_message_read(message, "s", &name);

	if (ret < 0) {
		(void)sd_bus_error_set_errno(error, ret);
		return NULL;
	}
	node = group_name_find(&supervisor->tree, supervisor->discover.mount, name);
	if (!node)
		(void)sd_bus_error_set(error, BUS_ERROR_NO_GROUP,
				       "the memory hierarchy has no such control group");
	return node;
}

/* For a method whose error is set: the library sends it for any negative number. */
#define REFUSED (-EBADR)

static void on_explained(void *context, struct json_object *answer)
{
	struct connection *connection = context;
	sd_bus_message *asked = connection->asked;
	int ret;

	/* A failed reply is a connection that ends: connection_flush() sees it. */
	if (answer)
		ret = sd_bus_reply_method_return(
			asked, "s",
			json_object_to_json_string_ext(
				answer, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	else
		ret = sd_bus_reply_method_errorf(asked, BUS_ERROR_NO_GROUP,
						 "the group was removed meanwhile");
	json_object_put(answer);
	connection->explain = NULL;
	connection->asked = sd_bus_message_unref(asked);
	if (ret < 0)
		connection_close(connection);
	else
		connection_flush(connection);
}

static int method_explain(sd_bus_message *message, void *context, sd_bus_error *error)
{
	struct connection *connection = context;
	const struct node *node;
	int ret;

	if (connection->explain)
		return sd_bus_error_set(error, BUS_ERROR_BUSY, "one question at a time");
	node = group_read(connection, message, error);
	if (!node)
		return REFUSED;
	ret = explain_begin(connection->supervisor, node, on_explained, connection,
			    &connection->explain);
	if (ret < 0)
		return ret;
	connection->asked = sd_bus_message_ref(message);
	return 1; /* the answer comes later */
}

typedef int override_change(struct supervisor *supervisor, struct node *node,
			    const char **ret_reason);

static int group_change(sd_bus_message *message, struct connection *connection,
			override_change *change, sd_bus_error *error)
{
	const char *reason;
	struct node *node =
		may_change(connection, error) ? group_read(connection, message, error) : NULL;

	if (!node)
		return REFUSED;
	if (change(connection->supervisor, node, &reason) < 0)
		return sd_bus_error_set(error, BUS_ERROR_REFUSED, reason);
	return sd_bus_reply_method_return(message, NULL);
}

static int method_arm(sd_bus_message *message, void *context, sd_bus_error *error)
{
	return group_change(message, context, override_arm, error);
}

static int method_release(sd_bus_message *message, void *context, sd_bus_error *error)
{
	return group_change(message, context, override_release, error);
}

static int problems_set(const struct problems *problems, sd_bus_error *error)
{
	char *all = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&all, &size);
	int ret;

	if (!out)
		memory_exhausted();
	problems_print(problems, out);
	if (fclose(out) != 0)
		memory_exhausted();
	ret = sd_bus_error_set(error, BUS_ERROR_CONFIG, all);
	free(all);
	return ret;
}

static int method_reload(sd_bus_message *message, void *context, sd_bus_error *error)
{
	struct connection *connection = context;

	if (!may_change(connection, error))
		return REFUSED;
	supervisor_reload(connection->supervisor);
	if (!connection->supervisor->last_reload_ok)
		return problems_set(&connection->supervisor->problems, error);
	return sd_bus_reply_method_return(message, NULL);
}

const sd_bus_vtable bus_methods[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD(BUS_EXPLAIN, "s", "s", method_explain, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD(BUS_ARM, "s", "", method_arm, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD(BUS_RELEASE, "s", "", method_release, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD(BUS_RELOAD, "", "", method_reload, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};
