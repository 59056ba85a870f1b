/* SPDX-License-Identifier: Apache-2.0 */
#include <keyassay/err.h>

const char *
ka_err_name(enum ka_err err)
{
	switch (err) {
	case KA_OK:
		return "ok";
#define KA_ERR_NAME(symbol, number, name, text) \
	case symbol: \
		return name;
		KA_ERR_LIST(KA_ERR_NAME)
#undef KA_ERR_NAME
	}
	return "unknown";
}

const char *
ka_err_text(enum ka_err err)
{
	switch (err) {
	case KA_OK:
		return "success";
#define KA_ERR_TEXT(symbol, number, name, text) \
	case symbol: \
		return text;
		KA_ERR_LIST(KA_ERR_TEXT)
#undef KA_ERR_TEXT
	}
	return "unknown error";
}
