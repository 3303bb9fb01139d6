/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An overlay in a mount namespace of one's own. */
#ifndef MODELWARDEN_OVERLAY_H
#define MODELWARDEN_OVERLAY_H

#include <sched.h>
#include <sys/mount.h>

static inline void make_folder(const char *parent, const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", parent, name);
	if (mkdir(path, 0700))
		die(path);
}

/* Over what the folder `lower` holds, made below FOLDER; it is the working directory then. */
static inline void enter_overlay_of(const char *folder, const char *lower)
{
	char upper[256], work[256], merged[256], options[1024];

	make_folder(folder, "upper", upper, sizeof(upper));
	make_folder(folder, "work", work, sizeof(work));
	make_folder(folder, "merged", merged, sizeof(merged));
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s", lower, upper,
		 work);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("overlay", merged, "overlay", 0, options) || chdir(merged))
		die("overlay");
}

static inline void enter_overlay(const char *folder)
{
	char lower[256];

	make_folder(folder, "lower", lower, sizeof(lower));
	enter_overlay_of(folder, lower);
}

#endif
