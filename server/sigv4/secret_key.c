/* SPDX-License-Identifier: Apache-2.0 */
/* secret_key.c - DIR/secret.key: without it the secrets in the database are of no use. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/sigv4/auth.h"
#include "server/crypto/crypto.h"

static bool
refuse(char *out_message, const char *path, const char *what, int error)
{
	(void)snprintf(out_message, KA_STORE_MESSAGE_LEN, "%s: %s%s%s", path, what, error != 0 ? ": " : "",
	    error != 0 ? strerror(error) : "");
	return false;
}

/* A file that is written whole, with its bytes on the disk, or not there. */
static bool
write_file(const char *path, const uint8_t *bytes, size_t len)
{
	(void)unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return false;
	bool written = write(fd, bytes, len) == (ssize_t)len && fsync(fd) == 0;
	return (close(fd) == 0) & written;
}

/* A name is on the disk when its folder is. */
static bool
sync_folder(const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	int len = slash == NULL ? snprintf(folder, sizeof(folder), ".")
				: snprintf(folder, sizeof(folder), "%.*s/", (int)(slash - path), path);

	if (len < 0 || (size_t)len >= sizeof(folder))
		return false;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool synced = fsync(fd) == 0;
	(void)close(fd);
	return synced;
}

bool
ka_secret_key_create(char *out_message, const char *path)
{
	char fresh[4096];
	uint8_t key[KA_SECRET_KEY_LEN];
	int len = snprintf(fresh, sizeof(fresh), "%s.new", path);

	if (len < 0 || (size_t)len >= sizeof(fresh))
		return refuse(out_message, path, "the path is too long", 0);
	ka_crypto_random(key, sizeof(key));
	bool written = write_file(fresh, key, sizeof(key));
	ka_crypto_wipe(key, sizeof(key));
	/* A link never replaces a file: the key of a database in use cannot be lost this way, nor half a key be
	 * found. */
	bool made = written && link(fresh, path) == 0;
	int error = errno;
	(void)unlink(fresh);
	if (!made)
		return refuse(out_message, path, "cannot create the key that protects the stored secrets", error);
	if (!sync_folder(path))
		return refuse(out_message, path, "cannot sync the folder", errno);
	return true;
}

bool
ka_secret_key_load(uint8_t out_key[KA_SECRET_KEY_LEN], char *out_message, const char *path)
{
	uint8_t key[KA_SECRET_KEY_LEN + 1];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return refuse(out_message, path, "cannot open the key that protects the stored secrets", errno);
	ssize_t len = -1;
	const char *fault = NULL;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		fault = "not a regular file";
	else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		fault = "others than its owner can use this key: chmod 600 it, and make new access keys if they could "
			"have read it";
	else if ((len = read(fd, key, sizeof(key))) != KA_SECRET_KEY_LEN)
		fault = "not 32 bytes: this is no key made by keyassayd init; restore it from a backup";
	(void)close(fd);
	if (fault == NULL)
		memcpy(out_key, key, KA_SECRET_KEY_LEN);
	ka_crypto_wipe(key, sizeof(key));
	return fault == NULL || refuse(out_message, path, fault, 0);
}
