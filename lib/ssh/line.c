/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of authorized_keys (sshd(8)), known_hosts and .pub files. */
#include "lib/ssh/ssh.h"

#include "lib/pem/marker.h"

#include <string.h>

static bool
starts_with(struct ka_slice text, const char *prefix)
{
	size_t len = strlen(prefix);

	return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

/* Takes the next word; blanks in double quotes do not end it, as in command="echo \"a b\"". */
static bool
word_next(struct ka_slice *out, struct ka_slice line, size_t *at)
{
	bool quoted = false;

	while (*at < line.len && ka_is_blank(line.data[*at]))
		++*at;
	size_t start = *at;
	for (; *at < line.len && (quoted || !ka_is_blank(line.data[*at])); ++*at) {
		if (line.data[*at] == '\\' && *at + 1 < line.len && line.data[*at + 1] == '"')
			++*at;
		else if (line.data[*at] == '"')
			quoted = !quoted;
	}
	*out = (struct ka_slice){ line.data + start, *at - start };
	return out->len > 0;
}

/* The names that RFC 4250 4.6.1 lets a key type have, as far as they are in use. */
static bool
looks_like_type(struct ka_slice word)
{
	return starts_with(word, "ssh-") || starts_with(word, "ecdsa-") || starts_with(word, "sk-");
}

/* Each key's base64 begins so, since the length of the type's name, four bytes, is below 65536. */
static bool
looks_like_key(struct ka_slice word)
{
	return starts_with(word, "AAAA");
}

bool
ka_ssh_line_find(struct ka_ssh_line *out, struct ka_slice line)
{
	struct ka_slice word, previous = { NULL, 0 };
	size_t at = 0;

	while (word_next(&word, line, &at)) {
		if (looks_like_key(word) && looks_like_type(previous)) {
			while (at < line.len && ka_is_blank(line.data[at]))
				at++;
			while (line.len > at && ka_is_blank(line.data[line.len - 1]))
				line.len--;
			*out = (struct ka_ssh_line){ previous, word, { line.data + at, line.len - at } };
			return true;
		}
		previous = word;
	}
	return false;
}
