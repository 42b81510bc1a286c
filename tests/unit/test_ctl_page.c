/*
 * The status page as the command line reads it: a good one, and every way of being a bad one. A bad page
 * is an error with a message; it is never a crash, and no accessor ever meets a wrong type.
 * A running loan in words, too. Linked with ctl/page.c, record_shape.c, document.c, loan.c, settings/human.c, json-c.
 */
#include <errno.h>
#include <sys/stat.h>

#include <json-c/json.h>

#include "ctl/loan.h"
#include "ctl/page.h"
#include "unit/unit.h"

#define UNTOUCHED ((struct json_object *)1)

static const char good[] =
	"{ \"format\": \"oomhandlerd-status\", \"version\": 1, \"updated_nsec\": 5000000000,"
	" \"boot_id\": \"b\", \"pid\": 10, \"supervisor_pid\": 11, \"handler_pid\": 12,"
	" \"version_text\": \"0.1\", \"mount\": \"/sys/fs/cgroup/memory\", \"dry_run\": false,"
	" \"config\": { \"file\": \"/etc/c\", \"policies\": 1, \"last_reload\": \"ok\","
	"  \"problems\": [ \"a:1: b\" ] },"
	" \"handler\": { \"up\": true, \"generation\": 1, \"scheduling\": \"fifo\","
	"  \"locked\": true, \"oom_protected\": false, \"io_flusher\": false,"
	"  \"page_faults\": 0, \"wakeups\": 3 },"
	" \"guardian\": { \"scheduling\": \"nice\", \"locked\": true, \"oom_protected\": false,"
	"  \"wakeups\": 4, \"hand_backs\": 0, \"overdue\": 0 },"
	" \"source\": \"iter\", \"kill_method\": \"pidfd\", \"sources_text\": \"snapshot: iter\","
	" \"sources\": [ { \"name\": \"bpf\", \"state\": \"failed\", \"allowed\": true,"
	"  \"error\": \"Cannot allocate memory\", \"uses\": 3, \"failures\": 1,"
	"  \"tried_ago_msec\": 7 } ],"
	" \"kill\": { \"name\": \"bpf\", \"state\": \"ready\", \"error\": null, \"uses\": 3,"
	"  \"failures\": 0, \"tried_ago_msec\": null },"
	" \"parts\": [ { \"name\": \"roll\", \"why\": null }, { \"name\": \"tree\","
	"  \"why\": \"switched off\" } ],"
	" \"counts\": { \"armed\": 1, \"held\": 0, \"refused\": 0, \"episodes\": 1, \"kills\": 1,"
	"  \"handed_back\": 0, \"outcomes_dropped\": 0 },"
	" \"groups\": [ { \"cgroup\": \"/a/b\", \"inode\": 77, \"role\": \"managed\","
	"  \"state\": \"armed\", \"reason\": null, \"policy\": \"50-web\", \"mode\": \"enforce\","
	"  \"limit\": 9223372036854771712, \"usage\": 4096, \"error\": null, \"episodes\": 1,"
	"  \"kills\": 1, \"hand_backs\": 0, \"rearm_in_msec\": null,"
	"  \"lent\": { \"found\": 1, \"set\": 2, \"due_in_msec\": -3 },"
	"  \"alloc_failures\": 2, \"frozen\": false, \"children\": \"kernel\","
	"  \"inherited_from\": null } ],"
	" \"policies\": [ { \"name\": \"50-web\", \"file\": \"/etc/p\", \"groups\": 1,"
	"  \"mode\": \"enforce\", \"deadline_msec\": 5000, \"steps\": [ \"kill\", \"kernel\" ] } ],"
	" \"recent\": [ { \"id\": \"1\", \"time\": \"t\", \"kind\": \"resolved\","
	"  \"cgroup\": \"/a/b\", \"limit_cgroup\": \"/a/b\", \"policy\": \"50-web\","
	"  \"limit\": 1, \"usage\": 1, \"failcnt_rise\": 1, \"counter\": \"memory\","
	"  \"cause\": \"oom\", \"failcnt\": 4, \"memsw\": null, \"memory\": { \"cache\": 1,"
	"   \"rss\": 2, \"kernel\": null }, \"asleep\": 1, \"order\": \"memory\","
	"  \"unit\": \"process\", \"last_resort\": false,"
	"  \"found_by\": \"event\", \"candidates_total\": 1, \"eligible\": 1,"
	"  \"facts_missed\": 0, \"facts_age_usec\": 5, \"decide_usec\": 1, \"resolve_usec\": 2,"
	"  \"candidates\": [ { \"pid\": 5, \"uid\": 0, \"comm\": \"hog\","
	"   \"oom_score_adj\": -5, \"rss\": 1, \"swap\": 0, \"page_tables\": 1,"
	"   \"exe\": null, \"asleep\": true, \"frozen\": false, \"estimated\": false,"
	"   \"mmap_lock\": \"waited for\", \"vm_size\": 1, \"anon\": 1, \"file\": 0,"
	"   \"shmem\": 0, \"badness\": -7, \"sharers\": 0, \"rule\": \"Prefer=uid:0\","
	"   \"age_msec\": null, \"cgroup\": \"/a/b\", \"tier\": \"first\" } ],"
	"  \"victims\": [ { \"pid\": 5, \"uid\": 0, \"comm\": \"hog\", \"rss\": 1, \"swap\": 0,"
	"   \"signal\": \"SIGKILL\", \"method\": \"bpf\", \"oom_score_adj\": 0, \"end\": "
	"\"exited\", \"error\": null, "
	"\"signalled_usec\": 1,"
	"   \"exited_usec\": null } ],"
	"  \"steps\": [ { \"step\": \"kill\", \"result\": \"done\", \"error\": null,"
	"   \"begun_usec\": 1, \"ended_usec\": 2, \"amount\": null, \"count\": 0 } ],"
	"  \"proof\": \"level\", \"usage_after\": 0, \"freed\": 1, \"kernel_kills\": 0,"
	"  \"page_faults\": 0, \"source\": \"facts\", \"source_failed\": \"bpf\","
	"  \"source_error\": \"No such file or directory\", \"dry_run\": false } ] }\n";

static void assert_refused(const char *text, size_t length)
{
	struct document_fault fault = { .text = "" };
	struct page page = { .root = UNTOUCHED };

	ck_assert_int_eq(page_parse(text, length, &fault, &page), -EBADMSG);
	ck_assert_ptr_eq(page.root, UNTOUCHED);
	ck_assert_str_ne(fault.text, "");
}

START_TEST(good_page_is_read)
{
	const struct json_object *group, *victim;
	struct document_fault fault;
	struct page page;

	ck_assert_int_eq(page_parse(good, strlen(good), &fault, &page), 0);
	ck_assert_uint_eq(document_length(page.root, "groups"), 1);
	group = document_item(page.root, "groups", 0);
	ck_assert_str_eq(document_text(group, "cgroup"), "/a/b");
	ck_assert_uint_eq(document_count(group, "limit"), 9223372036854771712ULL);
	ck_assert(!document_has(group, "reason"));
	ck_assert_str_eq(document_text(group, "reason"), "");
	ck_assert_int_eq(document_signed(document_object(group, "lent"), "due_in_msec"), -3);
	ck_assert(document_flag(document_object(page.root, "handler"), "up"));
	ck_assert_str_eq(document_item_text(document_item(page.root, "policies", 0), "steps", 1),
			 "kernel");
	victim = document_item(document_item(page.root, "recent", 0), "victims", 0);
	ck_assert_uint_eq(document_count(victim, "pid"), 5);
	ck_assert_uint_eq(page_age(&page, (struct nsec){ .count = 5000000007 }).count, 7);
	ck_assert_uint_eq(page_age(&page, (struct nsec){ .count = 1 }).count, 0);
	page_done(&page);
	page_done(&page);
}
END_TEST

START_TEST(loan_is_told)
{
	static const struct {
		const char *group, *text;
	} loans[] = {
		{ "{ \"lent\": null }", "" },
		{ "{ \"lent\": { \"found\": 67108864, \"set\": 83886080, \"due_in_msec\": 12300 } "
		  "}",
		  "limit raised from 64.0M to 80.0M, goes back in 12.3s" },
		{ "{ \"lent\": { \"found\": 67108864, \"set\": 83886080, \"due_in_msec\": -3 } }",
		  "limit raised from 64.0M to 80.0M, is going back" },
	};
	char text[LOAN_TEXT_SIZE];

	for (int i = 0; i < UNIT_COUNT(loans); i++) {
		struct json_object *group = json_tokener_parse(loans[i].group);

		ck_assert_ptr_nonnull(group);
		ck_assert_str_eq(loan_describe(group, text), loans[i].text);
		json_object_put(group);
	}
}
END_TEST

START_TEST(accessors_take_what_is_not_there)
{
	ck_assert(!document_has(NULL, "x"));
	ck_assert_str_eq(document_text(NULL, "x"), "");
	ck_assert_uint_eq(document_count(NULL, "x"), 0);
	ck_assert_int_eq(document_signed(NULL, "x"), 0);
	ck_assert(!document_flag(NULL, "x"));
	ck_assert_ptr_null(document_object(NULL, "x"));
	ck_assert_uint_eq(document_length(NULL, "x"), 0);
}
END_TEST

/* At the closing brace the page is whole; what is cut before it never is. */
START_TEST(cut_page_is_refused)
{
	for (size_t length = 0; length < strlen(good) - 1; length += 7) {
		char *text = strndup(good, length);

		ck_assert_ptr_nonnull(text);
		assert_refused(text, length);
		free(text);
	}
}
END_TEST

static const char *const foreign[] = {
	"null",
	"7",
	"\"oomhandlerd-status\"",
	"[]",
	"{}",
	"{ \"version\": 1, \"updated_nsec\": 1 }",
	"{ \"format\": \"other\", \"version\": 1, \"updated_nsec\": 1 }",
	"{ \"format\": \"oomhandlerd-status\", \"updated_nsec\": 1 }",
	"{ \"format\": \"oomhandlerd-status\", \"version\": 2, \"updated_nsec\": 1 }",
	"{ \"format\": \"oomhandlerd-status\", \"version\": 1 }",
	"{ \"format\": \"oomhandlerd-status\", \"version\": 1.0, \"updated_nsec\": 1 }",
	"{ \"format\": \"oomhandlerd-status\", \"version\": 1, \"updated_nsec\": -1 }",
	"{ \"format\": \"oomhandlerd-status\", \"version\": 1, \"updated_nsec\": 1 } x",
	"{ \"format\": \"oomhandlerd-status\", \"version\": 1, \"updated_nsec\": 1, }",
	"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	"\x7f"
	"ELF",
	"kernel.panic = 1\n",
};

START_TEST(foreign_text_is_refused)
{
	assert_refused(foreign[_i], strlen(foreign[_i]));
}
END_TEST

START_TEST(nul_inside_is_refused)
{
	assert_refused("{}\0{}", 5);
}
END_TEST

START_TEST(names_are_made_printable)
{
	static const char text[] = "{ \"format\": \"oomhandlerd-status\", \"version\": 1,"
				   " \"updated_nsec\": 1, \"groups\": [ { \"cgroup\":"
				   " \"/a\\u001b[2J\\n\\u0000\\u00e9\" } ] }";
	struct document_fault fault;
	struct page page;

	ck_assert_int_eq(page_parse(text, strlen(text), &fault, &page), 0);
	ck_assert_str_eq(document_text(document_item(page.root, "groups", 0), "cgroup"), "/a?[2J?");
	page_done(&page);
}
END_TEST

/* One value of each type of JSON; a fraction is a type of its own for us. */
static const char *const others[] = {
	"true", "1.5", "-1", "{}", "[]", "\"text\"", "[ 7 ]", "[ [] ]"
};

static bool may_stand_for(const struct json_object *value, const struct json_object *other)
{
	enum json_type type = json_object_get_type(value);

	if (type == json_type_int) /* the members that may be negative are so in the good page */
		return json_object_get_type(other) == json_type_int;
	return type == json_object_get_type(other) &&
	       (type != json_type_array || json_object_array_length(other) == 0);
}

static void assert_root_refused(struct json_object *root)
{
	const char *text = json_object_to_json_string(root);

	assert_refused(text, strlen(text));
}

static unsigned int replaced;

static void replace_below(struct json_object *root, struct json_object *object);

static void replace_member(struct json_object *root, struct json_object *object, const char *key)
{
	struct json_object *value = json_object_get(json_object_object_get(object, key));

	if (!value) /* null: allowed everywhere, and tells nothing of the type */
		return;
	for (int i = 0; i < UNIT_COUNT(others); i++) {
		struct json_object *other = json_tokener_parse(others[i]);

		if (may_stand_for(value, other)) {
			json_object_put(other);
			continue;
		}
		json_object_object_add(object, key, other);
		assert_root_refused(root);
		replaced++;
	}
	json_object_object_add(object, key, value);
	if (json_object_is_type(value, json_type_object))
		replace_below(root, value);
	for (size_t i = 0;
	     json_object_is_type(value, json_type_array) && i < json_object_array_length(value);
	     i++)
		replace_below(root, json_object_array_get_idx(value, i));
}

/* Keys are collected first: replacing a member while json-c iterates would be its end. */
static void replace_below(struct json_object *root, struct json_object *object)
{
	const char *keys[64];
	int count = 0;

	if (!json_object_is_type(object, json_type_object))
		return;
	json_object_object_foreach(object, key, value)
	{
		(void)value;
		ck_assert_int_lt(count, 64);
		keys[count++] = key;
	}
	for (int i = 0; i < count; i++)
		replace_member(root, object, keys[i]);
}

START_TEST(wrong_types_are_refused_everywhere)
{
	struct json_object *root = json_tokener_parse(good);

	ck_assert_ptr_nonnull(root);
	replaced = 0;
	replace_below(root, root);
	ck_assert_uint_gt(replaced, 600);
	json_object_put(root);
}
END_TEST

struct folder {
	char directory[64];
	char file[128];
};

static struct folder folder_make(void)
{
	struct folder folder = { .directory = "/tmp/test_ctl_page-XXXXXX" };

	ck_assert_ptr_nonnull(mkdtemp(folder.directory));
	snprintf(folder.file, sizeof(folder.file), "%s/" PAGE_NAME, folder.directory);
	return folder;
}

static int folder_load(const struct folder *folder, struct page *ret_page)
{
	struct document_fault fault = { .text = "" };
	int ret = page_load(folder->directory, &fault, ret_page);

	ck_assert(ret == 0 || fault.text[0]);
	(void)unlink(folder->file);
	ck_assert_int_eq(rmdir(folder->directory), 0);
	return ret;
}

static void folder_write(const struct folder *folder, const char *text)
{
	FILE *file = fopen(folder->file, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(file_is_read)
{
	struct folder folder = folder_make();
	struct page page;

	folder_write(&folder, good);
	ck_assert_int_eq(folder_load(&folder, &page), 0);
	ck_assert_uint_eq(document_count(page.root, "pid"), 10);
	page_done(&page);
}
END_TEST

START_TEST(missing_file_is_said)
{
	struct folder folder = folder_make();
	struct page page;

	ck_assert_int_eq(folder_load(&folder, &page), -ENOENT);
}
END_TEST

START_TEST(empty_file_is_refused)
{
	struct folder folder = folder_make();
	struct page page;

	folder_write(&folder, "");
	ck_assert_int_eq(folder_load(&folder, &page), -EBADMSG);
}
END_TEST

/* Sparse: it is refused by its size, before anything is read. */
START_TEST(huge_file_is_refused)
{
	struct folder folder = folder_make();
	struct page page;

	folder_write(&folder, good);
	ck_assert_int_eq(truncate(folder.file, (off_t)PAGE_SIZE_MAX + 1), 0);
	ck_assert_int_eq(folder_load(&folder, &page), -EBADMSG);
}
END_TEST

START_TEST(pipe_does_not_stop_us)
{
	struct folder folder = folder_make();
	struct page page;

	ck_assert_int_eq(mkfifo(folder.file, 0600), 0);
	ck_assert_int_eq(folder_load(&folder, &page), -EBADMSG);
}
END_TEST

START_TEST(link_is_not_followed)
{
	struct folder folder = folder_make();
	struct page page;

	ck_assert_int_eq(symlink("/etc/hostname", folder.file), 0);
	ck_assert_int_eq(folder_load(&folder, &page), -ELOOP);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("ctl_page", &tests);

	tcase_add_test(tests, good_page_is_read);
	tcase_add_test(tests, loan_is_told);
	tcase_add_test(tests, accessors_take_what_is_not_there);
	tcase_add_test(tests, cut_page_is_refused);
	tcase_add_loop_test(tests, foreign_text_is_refused, 0, UNIT_COUNT(foreign));
	tcase_add_test(tests, nul_inside_is_refused);
	tcase_add_test(tests, names_are_made_printable);
	tcase_add_test(tests, wrong_types_are_refused_everywhere);
	tcase_add_test(tests, file_is_read);
	tcase_add_test(tests, missing_file_is_said);
	tcase_add_test(tests, empty_file_is_refused);
	tcase_add_test(tests, huge_file_is_refused);
	tcase_add_test(tests, pipe_does_not_stop_us);
	tcase_add_test(tests, link_is_not_followed);
	return unit_run(suite);
}
