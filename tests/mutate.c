/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/mutate.h"

#include <string.h>

#define MAX_ELEMENTS 512u
#define MAX_DEPTH 16u

/* An element of the tree; root is element 0 and its own parent. */
struct element {
	size_t at, header_len, body_len;
	size_t parent;
};

struct tree {
	struct element elements[MAX_ELEMENTS];
	size_t num;
};

/* splitmix64 */
static uint64_t
random_u64(struct mutate *m)
{
	uint64_t z = m->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static size_t
below(struct mutate *m, size_t bound)
{
	return (size_t)(random_u64(m) % bound);
}

/* The bytes in front of the elements inside a BIT STRING (its count of unused bits) or OCTET STRING. */
static size_t
skipped(const uint8_t *data, const struct element *e)
{
	return data[e->at] == 0x03 ? 1 : 0;
}

static bool header_read(struct element *out, const uint8_t *data, size_t at, size_t end);

/* Whether there are elements inside: constructed, or a string that holds exactly one SEQUENCE (keys, extensions). */
static bool
has_children(const uint8_t *data, const struct element *e)
{
	struct element inner;
	size_t body = e->at + e->header_len, end = body + e->body_len;

	if (data[e->at] & 0x20)
		return true;
	if (data[e->at] != 0x03 && data[e->at] != 0x04)
		return false;
	body += skipped(data, e);
	return body < end && data[body] == 0x30 && header_read(&inner, data, body, end) &&
	    inner.at + inner.header_len + inner.body_len == end;
}

static bool
header_read(struct element *out, const uint8_t *data, size_t at, size_t end)
{
	size_t header_len = 2, len;

	if (end - at < 2 || (data[at] & 0x1f) == 0x1f)
		return false;
	len = data[at + 1];
	if (len >= 0x80) {
		size_t num_bytes = len & 0x7f;
		if (num_bytes < 1 || num_bytes > 3 || num_bytes > end - at - 2)
			return false;
		len = 0;
		for (size_t i = 0; i < num_bytes; i++)
			len = len << 8 | data[at + 2 + i];
		header_len += num_bytes;
	}
	if (len > end - at - header_len)
		return false;
	out->at = at;
	out->header_len = header_len;
	out->body_len = len;
	return true;
}

static void
tree_add(struct tree *tree, const uint8_t *data, size_t at, size_t end, size_t parent, unsigned depth)
{
	while (at < end && tree->num < MAX_ELEMENTS) {
		struct element *e = &tree->elements[tree->num];
		if (!header_read(e, data, at, end))
			return;
		size_t index = tree->num++;
		e->parent = parent;
		if (depth < MAX_DEPTH && has_children(data, e))
			tree_add(tree, data, at + e->header_len + skipped(data, e), at + e->header_len + e->body_len, index, depth + 1);
		at += tree->elements[index].header_len + tree->elements[index].body_len;
	}
}

static void
tree_make(struct tree *tree, struct ka_slice der)
{
	tree->num = 0;
	tree_add(tree, der.data, 0, der.len, 0, 0);
}

/* Replaces len bytes at a place. */
static bool
splice(struct mutate *m, size_t at, size_t len, const void *bytes, size_t bytes_len)
{
	if (at + len > m->len || m->len - len + bytes_len > MUTATE_MAX_LEN)
		return false;
	memmove(m->data + at + bytes_len, m->data + at + len, m->len - at - len);
	if (bytes_len > 0)
		memcpy(m->data + at, bytes, bytes_len);
	m->len = m->len - len + bytes_len;
	return true;
}

static size_t
length_put(uint8_t out[5], size_t len)
{
	size_t num_bytes = 0;

	if (len < 0x80) {
		out[0] = (uint8_t)len;
		return 1;
	}
	for (size_t rest = len; rest > 0; rest >>= 8)
		num_bytes++;
	out[0] = (uint8_t)(0x80 | num_bytes);
	for (size_t i = 0; i < num_bytes; i++)
		out[1 + i] = (uint8_t)(len >> 8 * (num_bytes - 1 - i));
	return 1 + num_bytes;
}

/* Replaces bytes inside element e and makes the lengths of e (when inside) and of all around it fit. m->data holds the seed. */
static bool
splice_fitting(struct mutate *m, const struct tree *tree, size_t index, bool inside, size_t at, size_t len, const void *bytes,
    size_t bytes_len)
{
	long grown = (long)bytes_len - (long)len;

	if (!splice(m, at, len, bytes, bytes_len))
		return false;
	if (!inside) {
		if (index == 0)
			return true;
		index = tree->elements[index].parent;
	}
	for (;; index = tree->elements[index].parent) {
		const struct element *e = &tree->elements[index];
		uint8_t length[5];
		size_t length_len = length_put(length, (size_t)((long)e->body_len + grown));
		if (!splice(m, e->at + 1, e->header_len - 1, length, length_len))
			return false;
		grown += (long)length_len - (long)(e->header_len - 1);
		if (index == 0)
			return true;
	}
}

typedef void (*mutation_fn)(struct mutate *m, const struct tree *tree);

static void
bit_flip(struct mutate *m, const struct tree *tree)
{
	(void)tree;
	m->data[below(m, m->len)] ^= (uint8_t)(1u << below(m, 8));
}

static void
byte_replace(struct mutate *m, const struct tree *tree)
{
	(void)tree;
	m->data[below(m, m->len)] = (uint8_t)random_u64(m);
}

static void
cut(struct mutate *m, const struct tree *tree)
{
	(void)tree;
	m->len = below(m, m->len);
}

static void
insert(struct mutate *m, const struct tree *tree)
{
	uint8_t bytes[4];

	(void)tree;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)random_u64(m);
	(void)splice(m, below(m, m->len + 1), 0, bytes, 1 + below(m, sizeof(bytes)));
}

static void
remove_bytes(struct mutate *m, const struct tree *tree)
{
	size_t at = below(m, m->len);

	(void)tree;
	(void)splice(m, at, 1 + below(m, 4), NULL, 0);
}

static const struct element *
any_element(struct mutate *m, const struct tree *tree, size_t *out_index)
{
	*out_index = below(m, tree->num);
	return &tree->elements[*out_index];
}

/* A byte of a header: tag or length, nothing around it changed. */
static void
header_change(struct mutate *m, const struct tree *tree)
{
	size_t index;
	const struct element *e = any_element(m, tree, &index);
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0x81, 0x82, 0xff };
	uint8_t *byte = &m->data[e->at + below(m, e->header_len)];

	*byte = below(m, 2) ? values[below(m, sizeof(values))] : (uint8_t)(*byte + (below(m, 2) ? 1 : -1));
}

static void
tag_change(struct mutate *m, const struct tree *tree)
{
	static const uint8_t tags[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1c,
		0x1e, 0x1f, 0x24, 0x30, 0x31, 0x80, 0x81, 0x82, 0xa0, 0xa1, 0xa2, 0xa3 };
	size_t index;

	m->data[any_element(m, tree, &index)->at] = tags[below(m, sizeof(tags))];
}

/* The same length in more bytes than needed, or indefinite; all around it fits. */
static void
length_form(struct mutate *m, const struct tree *tree)
{
	size_t index;
	const struct element *e = any_element(m, tree, &index);
	uint8_t bytes[MUTATE_MAX_LEN + 8];
	size_t len = 0, num_bytes = 1 + below(m, 5), whole_len = e->header_len + e->body_len;

	if (e->body_len > MUTATE_MAX_LEN / 2)
		return;
	bytes[len++] = m->data[e->at];
	if (below(m, 2)) {
		bytes[len++] = 0x80;
		num_bytes = 0;
	} else {
		bytes[len++] = (uint8_t)(0x80 | num_bytes);
		for (size_t i = 0; i < num_bytes; i++)
			bytes[len++] = num_bytes - 1 - i < sizeof(size_t) ? (uint8_t)(e->body_len >> 8 * (num_bytes - 1 - i)) : 0;
	}
	memcpy(bytes + len, m->data + e->at + e->header_len, e->body_len);
	len += e->body_len;
	if (num_bytes == 0) {
		bytes[len++] = 0;
		bytes[len++] = 0;
	}
	(void)splice_fitting(m, tree, index, false, e->at, whole_len, bytes, len);
}

/* Contents with bytes put in, taken out or changed; all around it fits. */
static void
body_change(struct mutate *m, const struct tree *tree)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x02, 0x7f, 0x80, 0xff, '0', '9', 'Z', ':' };
	size_t index;
	const struct element *e = any_element(m, tree, &index);
	size_t at = e->at + e->header_len;
	size_t place = e->body_len == 0 ? 0 : below(m, 3) == 0 ? 0 : below(m, e->body_len);
	uint8_t bytes[2] = { values[below(m, sizeof(values))], values[below(m, sizeof(values))] };

	switch (below(m, 4)) {
	case 0:
		(void)splice_fitting(m, tree, index, true, at + place, 0, bytes, 1 + below(m, 2));
		break;
	case 1:
		(void)splice_fitting(m, tree, index, true, at + place, e->body_len > 0, NULL, 0);
		break;
	case 2: /* empty */
		(void)splice_fitting(m, tree, index, true, at, e->body_len, NULL, 0);
		break;
	default:
		if (e->body_len > 0)
			m->data[at + place] = bytes[0];
	}
}

static void
element_remove(struct mutate *m, const struct tree *tree)
{
	size_t index;
	const struct element *e = any_element(m, tree, &index);

	(void)splice_fitting(m, tree, index, false, e->at, e->header_len + e->body_len, NULL, 0);
}

static void
element_double(struct mutate *m, const struct tree *tree)
{
	size_t index;
	const struct element *e = any_element(m, tree, &index);
	uint8_t bytes[MUTATE_MAX_LEN];
	size_t len = e->header_len + e->body_len;

	memcpy(bytes, m->data + e->at, len);
	(void)splice_fitting(m, tree, index, false, e->at + len, 0, bytes, len);
}

/* An element of another seed in the place of, or in front of, one of this; of the same tag when one is found soon. */
static void
element_transplant(struct mutate *m, const struct tree *tree)
{
	static struct tree donor_tree;
	size_t index, donor_index;
	const struct element *e = any_element(m, tree, &index), *d;
	struct ka_slice donor = m->seeds[below(m, m->num_seeds)];

	tree_make(&donor_tree, donor);
	d = any_element(m, &donor_tree, &donor_index);
	for (int i = 0; i < 20 && donor.data[d->at] != m->data[e->at]; i++)
		d = any_element(m, &donor_tree, &donor_index);
	(void)splice_fitting(m, tree, index, false, e->at, below(m, 4) ? e->header_len + e->body_len : 0, donor.data + d->at,
	    d->header_len + d->body_len);
}

/* The element at the same place in the tree's order: version for version, key for key. */
static void
element_exchange(struct mutate *m, const struct tree *tree)
{
	static struct tree donor_tree;
	size_t index;
	const struct element *e = any_element(m, tree, &index);
	struct ka_slice donor = m->seeds[below(m, m->num_seeds)];

	tree_make(&donor_tree, donor);
	if (index >= donor_tree.num)
		return;
	const struct element *d = &donor_tree.elements[index];
	(void)splice_fitting(m, tree, index, false, e->at, e->header_len + e->body_len, donor.data + d->at, d->header_len + d->body_len);
}

static const struct {
	const char *name;
	mutation_fn mutate;
} mutations[] = {
	{ "bit flip", bit_flip },
	{ "byte replaced", byte_replace },
	{ "cut", cut },
	{ "bytes inserted", insert },
	{ "bytes removed", remove_bytes },
	{ "header changed", header_change },
	{ "tag changed", tag_change },
	{ "length in another form", length_form },
	{ "contents changed", body_change },
	{ "contents changed", body_change },
	{ "contents changed", body_change },
	{ "element removed", element_remove },
	{ "element doubled", element_double },
	{ "element of another", element_transplant },
	{ "element of another", element_transplant },
	{ "element exchanged", element_exchange },
};

void
mutate_next(struct mutate *m)
{
	static struct tree tree;
	struct ka_slice seed = m->seeds[below(m, m->num_seeds)];
	size_t which = below(m, sizeof(mutations) / sizeof(mutations[0]));

	memcpy(m->data, seed.data, seed.len);
	m->len = seed.len;
	m->what = mutations[which].name;
	tree_make(&tree, seed);
	mutations[which].mutate(m, &tree);
	/* One in four gets a second one, blind, since the tree no longer fits. */
	if (below(m, 4) == 0 && m->len > 0)
		mutations[below(m, 5)].mutate(m, &tree);
}

bool
mutate_replace(struct mutate *m, struct ka_slice der, struct ka_slice element, struct ka_slice replacement)
{
	static struct tree tree;

	if (der.len > MUTATE_MAX_LEN)
		return false;
	memmove(m->data, der.data, der.len);
	m->len = der.len;
	tree_make(&tree, der);
	for (size_t i = 0; i < tree.num; i++) {
		const struct element *e = &tree.elements[i];
		if (der.data + e->at == element.data && e->header_len + e->body_len == element.len)
			return splice_fitting(m, &tree, i, false, e->at, element.len, replacement.data, replacement.len);
	}
	return false;
}
