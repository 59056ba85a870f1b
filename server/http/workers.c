/* SPDX-License-Identifier: Apache-2.0 */
/* workers.c - threads that may block in a commit. Requests wait in the order they came. */
#include <stdlib.h>

#include "server/http/room.h"

struct ka_workers {
	struct ka_http *http;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct ka_http_request *first, *last;
	bool stop;
	unsigned num;
	pthread_t threads[];
};

static struct ka_http_request *
take(struct ka_workers *workers, bool *out_refuse)
{
	(void)pthread_mutex_lock(&workers->lock);
	while (workers->first == NULL && !workers->stop)
		(void)pthread_cond_wait(&workers->more, &workers->lock);
	struct ka_http_request *request = workers->first;
	if (request != NULL) {
		workers->first = request->next;
		if (workers->first == NULL)
			workers->last = NULL;
	}
	*out_refuse = workers->stop;
	(void)pthread_mutex_unlock(&workers->lock);
	return request;
}

static void *
run(void *arg)
{
	struct ka_workers *workers = arg;
	struct ka_http_request *request;
	bool refuse;

	while ((request = take(workers, &refuse)) != NULL) {
		struct MHD_Connection *mhd = request->mhd;

		if (refuse)
			ka_refuse(&request->result, &ka_refuse_stopping);
		else
			ka_api_handle(&request->result, workers->http->server, &request->arena, &request->raw);
		request->state = KA_REQUEST_DONE;
		/* From here on the request is the pool's again; libmicrohttpd's lock orders what was written before. */
		MHD_resume_connection(mhd);
	}
	return NULL;
}

struct ka_workers *
ka_workers_new(struct ka_http *http, unsigned num)
{
	struct ka_workers *workers = calloc(1, sizeof(*workers) + num * sizeof(workers->threads[0]));

	if (workers == NULL)
		ka_out_of_memory();
	workers->http = http;
	(void)pthread_mutex_init(&workers->lock, NULL);
	(void)pthread_cond_init(&workers->more, NULL);
	while (workers->num < num && pthread_create(&workers->threads[workers->num], NULL, run, workers) == 0)
		workers->num++;
	if (workers->num == num)
		return workers;
	ka_workers_stop(workers);
	ka_workers_free(workers);
	return NULL;
}

void
ka_workers_push(struct ka_workers *workers, struct ka_http_request *request)
{
	request->next = NULL;
	(void)pthread_mutex_lock(&workers->lock);
	bool stop = workers->stop;
	if (!stop) {
		if (workers->last == NULL)
			workers->first = request;
		else
			workers->last->next = request;
		workers->last = request;
		(void)pthread_cond_signal(&workers->more);
	}
	(void)pthread_mutex_unlock(&workers->lock);
	if (stop) {
		/* Nobody would take it any more, and a suspended connection must not be left behind. */
		ka_refuse(&request->result, &ka_refuse_stopping);
		request->state = KA_REQUEST_DONE;
		MHD_resume_connection(request->mhd);
	}
}

void
ka_workers_stop(struct ka_workers *workers)
{
	if (workers == NULL)
		return;
	(void)pthread_mutex_lock(&workers->lock);
	workers->stop = true;
	(void)pthread_cond_broadcast(&workers->more);
	(void)pthread_mutex_unlock(&workers->lock);
	for (unsigned i = 0; i < workers->num; i++)
		(void)pthread_join(workers->threads[i], NULL);
}

void
ka_workers_free(struct ka_workers *workers)
{
	if (workers == NULL)
		return;
	(void)pthread_mutex_destroy(&workers->lock);
	(void)pthread_cond_destroy(&workers->more);
	free(workers);
}
