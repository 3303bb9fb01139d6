/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What acts share: each does one thing and prints one line of ground truth, key=value. */
#ifndef MODELWARDEN_ACT_H
#define MODELWARDEN_ACT_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct truth {
	long long bytes;
	long long operations;
};

static inline void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static inline void usage(const char *text)
{
	fprintf(stderr, "usage: %s\n", text);
	exit(2);
}

static inline long long number(const char *text)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 0);
	if (!*text || *end || errno) {
		fprintf(stderr, "not a number: %s\n", text);
		exit(2);
	}
	return value;
}

static inline long long positive(const char *text)
{
	long long value = number(text);

	if (value <= 0) {
		fprintf(stderr, "not a positive number: %s\n", text);
		exit(2);
	}
	return value;
}

/* A mistyped name must not quietly do another act. `names` are separated and ended by spaces. */
static inline const char *one_of(const char *names, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = names; length && !strchr(name, ' ') && (at = strstr(at, name));
	     at += length)
		if ((at == names || at[-1] == ' ') && at[length] == ' ')
			return name;
	fprintf(stderr, "not one of %s: %s\n", names, name);
	exit(2);
}

/* Takes an option out of the arguments: what is left is positional, and an unknown option too. */
static inline int take_flag(int *argc, char **argv, const char *name)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], name))
			continue;
		memmove(argv + i, argv + i + 1, (*argc - i) * sizeof(*argv));
		--*argc;
		return 1;
	}
	return 0;
}

static inline const char *take_value(int *argc, char **argv, const char *name)
{
	for (int i = 1; i + 1 < *argc; i++) {
		const char *value = argv[i + 1];

		if (strcmp(argv[i], name))
			continue;
		memmove(argv + i, argv + i + 2, (*argc - i - 1) * sizeof(*argv));
		*argc -= 2;
		return value;
	}
	return NULL;
}

static inline int open_file(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd < 0)
		die(path);
	return fd;
}

static inline long long size_of(int fd)
{
	struct stat status;

	if (fstat(fd, &status))
		die("fstat");
	return status.st_size;
}

static inline void count(struct truth *truth, long result)
{
	if (result < 0)
		die("call");
	truth->bytes += result;
	truth->operations++;
}

/* Waits for a line or the end of the input, so that a test can look while the act still lives. */
static inline void wait_for_line(void)
{
	char line[256];

	if (!fgets(line, sizeof(line), stdin))
		return;
}

static int waits_after;

/* --wait-before says pid=N and waits for a line, --wait-after waits once the truth is told. */
static inline void begin(int *argc, char **argv)
{
	waits_after = take_flag(argc, argv, "--wait-after");
	if (!take_flag(argc, argv, "--wait-before"))
		return;
	printf("pid=%d\n", getpid());
	fflush(stdout);
	wait_for_line();
}

static inline void tell(const struct truth *truth)
{
	printf("pid=%d bytes=%lld operations=%lld\n", getpid(), truth->bytes, truth->operations);
	fflush(stdout);
	if (waits_after)
		wait_for_line();
}

/* An IPv4 or IPv6 address; a v4-mapped one makes an IPv6 socket that speaks IPv4. */
static inline socklen_t make_address(const char *text, int port, struct sockaddr_storage *address)
{
	struct sockaddr_in *four = (void *)address;
	struct sockaddr_in6 *six = (void *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		return sizeof(*four);
	}
	if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		return sizeof(*six);
	}
	fprintf(stderr, "not an address: %s\n", text);
	exit(2);
}

static inline int connect_to(const char *text, int port, int type)
{
	struct sockaddr_storage address;
	socklen_t length = make_address(text, port, &address);
	int fd = socket(address.ss_family, type, 0);

	if (fd < 0 || connect(fd, (void *)&address, length))
		die("connect");
	return fd;
}

/* *port 0 takes a free one and says which. */
static inline int listen_on_loopback(int *port)
{
	struct sockaddr_storage address;
	socklen_t length = make_address("127.0.0.1", *port, &address);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (void *)&address, length) || listen(fd, 16) ||
	    getsockname(fd, (void *)&address, &length))
		die("listen");
	*port = ntohs(((struct sockaddr_in *)&address)->sin_port);
	return fd;
}

static inline struct sockaddr_un unix_address(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path)) {
		fprintf(stderr, "too long for a socket's path: %s\n", path);
		exit(2);
	}
	strcpy(address.sun_path, path);
	return address;
}

/* Reads up to the end by one call after the other. */
static inline void read_all(int fd, char *buffer, long length, struct truth *truth)
{
	long got;

	while ((got = read(fd, buffer, length)) != 0)
		count(truth, got);
}

static inline void send_all(int fd, const char *bytes, long long length, struct truth *truth)
{
	while (length > 0) {
		long sent = send(fd, bytes, length, MSG_NOSIGNAL);

		count(truth, sent);
		bytes += sent;
		length -= sent;
	}
}

#endif
