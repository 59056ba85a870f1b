/* SPDX-License-Identifier: Apache-2.0 */
/* The whole scan on arbitrary bytes: feed, reader, checks, every output format. The first byte picks format and input kind. What comes
 * out must keep what the formats promise to machines: valid UTF-8 without control characters, one line per JSON Lines record, every
 * record counted. */
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/pipeline.h"
#include "lib/der/utf8.h"

#define REQUIRE(condition) \
	do { \
		if (!(condition)) \
			abort(); \
	} while (0)

#define ALL_CHECKS ((1u << KA_NUM_CHECKS) - 1)
#define SOME_TIME 1700000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The contexts hold nothing of an input; made once, so that a run is quick. */
static struct ka_ctx *ctx;
static int in_fd = -1, out_fd = -1;

static void
prepare(void)
{
	if (ctx != NULL)
		return;
	ctx = ka_ctx_new();
	in_fd = memfd_create("in", 0);
	out_fd = memfd_create("out", 0);
	REQUIRE(ctx != NULL && in_fd >= 0 && out_fd >= 0);
}

static void
fill(int fd, const uint8_t *data, size_t size)
{
	REQUIRE(ftruncate(fd, 0) == 0);
	REQUIRE(pwrite(fd, data, size, 0) == (ssize_t)size);
}

static struct ka_summary
run(const struct ka_output *output, enum ka_format from, unsigned jobs)
{
	char path[64];
	char *paths[] = { path };
	snprintf(path, sizeof(path), "/proc/self/fd/%d", in_fd);

	REQUIRE(ftruncate(out_fd, 0) == 0 && lseek(out_fd, 0, SEEK_SET) == 0);
	struct ka_writer writer = { .fd = out_fd };
	struct ka_sink sink = { .output = output, .writer = &writer, .checks = ALL_CHECKS, .at = SOME_TIME };
	struct ka_inputs *inputs = ka_inputs_new(paths, 1);
	struct ka_progress progress;
	ka_progress_begin(&progress, KA_PROGRESS_OFF, "keys", -1);
	struct ka_pipeline pipeline = {
		.feed = ka_feed_new(inputs, from, -1),
		.judging = { .ctx = ctx, .checks = ALL_CHECKS, .at = SOME_TIME, .sink = &sink },
		.jobs = jobs,
		.progress = &progress,
	};
	ka_sink_begin(&sink);
	ka_pipeline_run(&pipeline);
	ka_progress_end(&progress);
	ka_sink_end(&sink, &pipeline.summary);
	ka_writer_flush(&writer);
	REQUIRE(writer.failed == 0);
	ka_feed_free(pipeline.feed);
	ka_inputs_free(inputs);
	ka_writer_clear(&writer);
	return pipeline.summary;
}

/* Reads back what was written and looks at every character. Returns the number of lines. */
static size_t
inspect(bool is_json)
{
	off_t len = lseek(out_fd, 0, SEEK_END);
	size_t num_lines = 0;
	struct ka_slice rest;

	if (len == 0)
		return 0;
	uint8_t *text = mmap(NULL, (size_t)len, PROT_READ, MAP_SHARED, out_fd, 0);
	REQUIRE(text != MAP_FAILED);
	rest = (struct ka_slice){ text, (size_t)len };
	while (rest.len > 0) {
		uint32_t point;
		size_t used = ka_utf8_decode(&point, rest);
		REQUIRE(used > 0);
		REQUIRE(point >= 0x20 || point == '\n' || (!is_json && point == '\r'));
		num_lines += point == '\n';
		rest.data += used;
		rest.len -= used;
	}
	REQUIRE(text[len - 1] == '\n');
	munmap(text, (size_t)len);
	return num_lines;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum ka_format formats[] = { KA_FORMAT_AUTO, KA_FORMAT_PEM, KA_FORMAT_DER, KA_FORMAT_B64LINES, KA_FORMAT_MODULI,
		KA_FORMAT_SSH, KA_FORMAT_JWK, KA_FORMAT_AUTO };
	const char *const *names;
	size_t num_names = ka_output_names(&names);

	if (size == 0)
		return 0;
	prepare();
	enum ka_format from = formats[data[0] & 7];
	unsigned jobs = data[0] & 8 ? 2 : 1;
	fill(in_fd, data + 1, size - 1);

	uint64_t total = 0;
	for (size_t i = 0; i < num_names; i++) {
		const struct ka_output *output = ka_output_by_name(names[i]);
		struct ka_summary summary = run(output, from, i == 0 ? jobs : 1);
		uint64_t num = ka_counts_total(&summary.counts);
		bool is_lines = output == &ka_output_jsonl;
		size_t num_lines = inspect(output != &ka_output_text && output != &ka_output_csv);
		/* However it is shown, it is the same scan; and an input without a key is a record too: nothing is passed over. */
		REQUIRE(i == 0 || num == total);
		REQUIRE(num > 0);
		REQUIRE(!is_lines || num_lines == num);
		total = num;
	}
	return 0;
}
