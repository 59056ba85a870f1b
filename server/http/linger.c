/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/http/room.h"

#define MAX_LINGERING 256u
#define MAX_BYTES ((size_t)16 << 20)
#define MAX_TIME INT64_C(5000000000) /* nanoseconds */

struct entry {
	struct entry *prev, *next;
	int fd;
	int64_t until;
	size_t bytes;
};

struct ka_linger {
	pthread_mutex_t lock;
	struct entry *first;
	size_t num;
	int epoll_fd;
};

struct ka_linger *
ka_linger_new(int epoll_fd)
{
	struct ka_linger *linger = calloc(1, sizeof(*linger));

	if (linger == NULL)
		ka_out_of_memory();
	(void)pthread_mutex_init(&linger->lock, NULL);
	linger->epoll_fd = epoll_fd;
	return linger;
}

static void
end(struct ka_linger *linger, struct entry *entry)
{
	(void)pthread_mutex_lock(&linger->lock);
	if (entry->prev != NULL)
		entry->prev->next = entry->next;
	else
		linger->first = entry->next;
	if (entry->next != NULL)
		entry->next->prev = entry->prev;
	linger->num--;
	(void)pthread_mutex_unlock(&linger->lock);
	/* Closing would not make epoll forget it while libmicrohttpd's descriptor of the same connection is open. */
	(void)epoll_ctl(linger->epoll_fd, EPOLL_CTL_DEL, entry->fd, NULL);
	(void)close(entry->fd);
	free(entry);
}

void
ka_linger_free(struct ka_linger *linger)
{
	if (linger == NULL)
		return;
	while (linger->first != NULL)
		end(linger, linger->first);
	(void)pthread_mutex_destroy(&linger->lock);
	free(linger);
}

void
ka_linger_add(struct ka_linger *linger, int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	struct entry *entry = calloc(1, sizeof(*entry));

	if (copy < 0 || entry == NULL || shutdown(copy, SHUT_WR) != 0) {
		if (copy >= 0)
			(void)close(copy);
		free(entry);
		return;
	}
	*entry = (struct entry){ .fd = copy, .until = ka_clock_monotonic() + MAX_TIME };
	struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP, .data.ptr = entry };
	/* With the lock held: the gate may want to end it as soon as it is known to epoll. */
	(void)pthread_mutex_lock(&linger->lock);
	bool added = linger->num < MAX_LINGERING && epoll_ctl(linger->epoll_fd, EPOLL_CTL_ADD, copy, &event) == 0;
	if (added) {
		entry->next = linger->first;
		if (entry->next != NULL)
			entry->next->prev = entry;
		linger->first = entry;
		linger->num++;
	}
	(void)pthread_mutex_unlock(&linger->lock);
	if (!added) {
		(void)close(copy);
		free(entry);
	}
}

void
ka_linger_read(struct ka_linger *linger, void *arg)
{
	struct entry *entry = arg;
	char buffer[16384];

	/* Bounded: the gate has other things to do; epoll reports again what is left. */
	for (int i = 0; i < 16; i++) {
		ssize_t len = recv(entry->fd, buffer, sizeof(buffer), MSG_DONTWAIT);

		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (len > 0)
			entry->bytes += (size_t)len;
		if (len <= 0 || entry->bytes > MAX_BYTES) {
			end(linger, entry);
			return;
		}
	}
}

void
ka_linger_expire(struct ka_linger *linger, int64_t now)
{
	(void)pthread_mutex_lock(&linger->lock);
	struct entry *entry = linger->first;
	(void)pthread_mutex_unlock(&linger->lock);
	/* Only this thread takes entries out, and new ones come in at the head, so the rest of the list is still. */
	while (entry != NULL) {
		struct entry *next = entry->next;

		if (now > entry->until)
			end(linger, entry);
		entry = next;
	}
}
