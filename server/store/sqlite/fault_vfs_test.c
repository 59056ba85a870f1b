/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sqlite/fault_vfs_test.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

/* A file: the methods of ours, and the real file behind it. */
struct file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum fault_kind fault_kind;
static unsigned calls_left;
static int fault_code;
static bool is_lasting, has_struck;

bool
fault_set(enum fault_kind kind, unsigned nth, int code, bool lasting)
{
	(void)pthread_mutex_lock(&lock);
	bool struck = has_struck;
	fault_kind = kind;
	calls_left = nth;
	fault_code = code;
	is_lasting = lasting;
	has_struck = false;
	(void)pthread_mutex_unlock(&lock);
	return struck;
}

/* SQLITE_OK, or what this call is to return instead of doing anything. */
static int
strike(enum fault_kind kind)
{
	int code = SQLITE_OK;

	(void)pthread_mutex_lock(&lock);
	if (kind == fault_kind && calls_left > 0)
		calls_left--;
	if (kind == fault_kind && calls_left == 0 && (!has_struck || is_lasting)) {
		has_struck = true;
		code = fault_code;
	}
	(void)pthread_mutex_unlock(&lock);
	return code;
}

#define REAL(file) (((struct file *)(file))->real)

static int
file_close(sqlite3_file *file)
{
	return REAL(file)->pMethods->xClose(REAL(file));
}

static int
file_read(sqlite3_file *file, void *data, int len, sqlite3_int64 offset)
{
	int code = strike(FAULT_READ);

	return code != SQLITE_OK ? code : REAL(file)->pMethods->xRead(REAL(file), data, len, offset);
}

static int
file_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
	int code = strike(FAULT_WRITE);

	/* A full disk takes a part. */
	if (code != SQLITE_OK)
		(void)REAL(file)->pMethods->xWrite(REAL(file), data, len / 2, offset);
	return code != SQLITE_OK ? code : REAL(file)->pMethods->xWrite(REAL(file), data, len, offset);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code = strike(FAULT_TRUNCATE);

	return code != SQLITE_OK ? code : REAL(file)->pMethods->xTruncate(REAL(file), size);
}

static int
file_sync(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return strike(FAULT_SYNC);
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *out)
{
	return REAL(file)->pMethods->xFileSize(REAL(file), out);
}

static int
file_lock(sqlite3_file *file, int level)
{
	return REAL(file)->pMethods->xLock(REAL(file), level);
}

static int
file_unlock(sqlite3_file *file, int level)
{
	return REAL(file)->pMethods->xUnlock(REAL(file), level);
}

static int
file_is_reserved(sqlite3_file *file, int *out)
{
	return REAL(file)->pMethods->xCheckReservedLock(REAL(file), out);
}

static int
file_control(sqlite3_file *file, int op, void *arg)
{
	return REAL(file)->pMethods->xFileControl(REAL(file), op, arg);
}

static int
file_sector(sqlite3_file *file)
{
	return REAL(file)->pMethods->xSectorSize(REAL(file));
}

static int
file_traits(sqlite3_file *file)
{
	return REAL(file)->pMethods->xDeviceCharacteristics(REAL(file));
}

static int
file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	int code = strike(FAULT_SHARED);

	return code != SQLITE_OK ? code : REAL(file)->pMethods->xShmMap(REAL(file), page, size, extend, out);
}

static int
file_shm_lock(sqlite3_file *file, int offset, int num, int flags)
{
	return REAL(file)->pMethods->xShmLock(REAL(file), offset, num, flags);
}

static void
file_shm_barrier(sqlite3_file *file)
{
	REAL(file)->pMethods->xShmBarrier(REAL(file));
}

static int
file_shm_unmap(sqlite3_file *file, int remove)
{
	return REAL(file)->pMethods->xShmUnmap(REAL(file), remove);
}

static const sqlite3_io_methods methods = { 2, file_close, file_read, file_write, file_truncate, file_sync, file_size,
	file_lock, file_unlock, file_is_reserved, file_control, file_sector, file_traits, file_shm_map, file_shm_lock,
	file_shm_barrier, file_shm_unmap, NULL, NULL };

static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *opened, int flags, int *out_flags)
{
	struct file *file = (struct file *)opened;
	int code = strike(FAULT_OPEN);

	(void)vfs;
	file->base.pMethods = NULL;
	file->real = (sqlite3_file *)(file + 1);
	if (code == SQLITE_OK)
		code = real_vfs->xOpen(real_vfs, name, file->real, flags, out_flags);
	if (code == SQLITE_OK)
		file->base.pMethods = &methods;
	return code;
}

void
fault_install(void)
{
	static sqlite3_vfs vfs;

	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "faults";
	vfs.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
	vfs.xOpen = vfs_open;
	(void)sqlite3_vfs_register(&vfs, 1);
}
