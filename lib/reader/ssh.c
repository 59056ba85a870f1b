/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/reader/format.h"

#include "lib/ssh/ssh.h"

bool
ka_ssh_line_object(struct ka_object *out, struct ka_fault *out_fault, struct ka_reader *reader, const struct ka_ssh_line *line)
{
	size_t base64_at = (size_t)(line->base64.data - reader->chunk.data), offset = 0;
	struct ka_base64_end end = reader->kernels->base64->decode(ka_arena_top(reader), line->base64);

	if (end.in_len != line->base64.len || !end.whole)
		return ka_fault_at(out_fault, reader, KA_ERR_SSH_BASE64, base64_at + end.in_len);
	struct ka_object object = { .kind = KA_OBJECT_SSH_KEY, .comment = line->comment };
	struct ka_slice blob = { ka_arena_top(reader), end.out_len };
	enum ka_err err = ka_ssh_blob_read(&object.key, &offset, line->type, blob);
	if (err != KA_OK)
		return ka_fault_in(out_fault, err, offset);
	reader->arena_used += end.out_len;
	*out = object;
	return true;
}
