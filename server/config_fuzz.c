/* SPDX-License-Identifier: Apache-2.0 */
/* Target functions: ka_config_parse, ka_config_finish, ka_config_write. What is accepted is written, and read back as the same. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "server/config.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char message[KA_CONFIG_MESSAGE_LEN] = "";
	struct ka_config config, again;
	struct ka_buf written = { 0 };

	ka_config_init(&config);
	ka_config_init(&again);
	if (!ka_config_parse(&config, message, "f", (const char *)data, len)) {
		FUZZ_CHECK(strncmp(message, "f:", 2) == 0 && strlen(message) > 5);
	} else if (!ka_config_finish(&config, message)) {
		FUZZ_CHECK(*message != '\0');
	} else {
		ka_config_write(&written, &config);
		FUZZ_CHECK(ka_config_parse(&again, message, "g", written.data, written.len));
		FUZZ_CHECK(ka_config_finish(&again, message));
		for (const struct ka_config_key *key = ka_config_keys(); key->name != NULL; key++)
			FUZZ_CHECK(ka_config_same(&config, &again, key));
	}
	ka_buf_clear(&written);
	ka_config_clear(&config);
	ka_config_clear(&again);
	return 0;
}
