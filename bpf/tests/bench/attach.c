/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loads an object, attaches all its programs, says so and keeps them until its input ends. */
#include "../acts/act.h"
#include <bpf/libbpf.h>

int main(int argc, char **argv)
{
	struct bpf_program *program;
	struct bpf_object *object;

	if (argc != 2)
		usage("attach OBJECT");
	object = bpf_object__open_file(argv[1], NULL);
	if (!object || bpf_object__load(object))
		die(argv[1]);
	bpf_object__for_each_program(program, object)
	{
		if (!bpf_program__attach(program))
			die(bpf_program__name(program));
	}
	puts("attached");
	fflush(stdout);
	wait_for_line();
	return 0;
}
