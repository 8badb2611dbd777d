/* SPDX-License-Identifier: GPL-3.0-or-later */
/* boxwood-alone COMMAND [ARGUMENT..] becomes a command that reads what a stranger wrote: it reaches no network, signals
 * nobody, has no session of its own, writes no file, and reads none but those of the system and its own.
 * Where the kernel cannot promise that there is no network, nothing is run. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>

#include "msg/html.h"

#define CPU_SECONDS 10
#define ADDRESS_SPACE (2048ul << 20)
#define FILE_OCTETS (64u << 20)

#define EXIT_NO_COMMAND 127

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define ARCHITECTURE AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define ARCHITECTURE AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCHITECTURE AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define ARCHITECTURE AUDIT_ARCH_S390X
#endif

/* --- calls --- */

#define REFUSE SECCOMP_RET_ERRNO | EPERM
#define LOOK(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define NOT(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, REFUSE)

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOW_WORD 4
#else
#define LOW_WORD 0
#endif

/* No socket of any family; nothing that reaches another process; no session or group of its own, for it is by these
 * that all it started is ended; nothing that changes a file by its name and that Landlock, or its first version, lets pass. */
static int refuse_calls(void)
{
#ifdef ARCHITECTURE
	struct sock_filter rules[] = {
		LOOK(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		LOOK(nr),
#ifdef __x86_64__
		/* The calls of x32 have this bit. */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, REFUSE),
#endif
#ifdef SYS_socketcall
		NOT(socketcall),
#endif
		NOT(socket),
		NOT(socketpair),
		NOT(connect),
		NOT(bind),
		NOT(listen),
		NOT(sendto),
		NOT(sendmsg),
		NOT(ptrace),
		NOT(process_vm_readv),
		NOT(process_vm_writev),
		NOT(kill),
		NOT(tkill),
		NOT(rt_sigqueueinfo),
		NOT(rt_tgsigqueueinfo),
		/* Threads signal each other, and abort() itself. */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + LOW_WORD),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, REFUSE),
		NOT(pidfd_open),
		NOT(pidfd_getfd),
		NOT(pidfd_send_signal),
		NOT(setsid),
		NOT(setpgid),
		NOT(io_uring_setup),
		NOT(bpf),
		NOT(perf_event_open),
		NOT(userfaultfd),
		NOT(keyctl),
		NOT(add_key),
		NOT(request_key),
		NOT(unshare),
		NOT(setns),
		NOT(mount),
		NOT(truncate),
#ifdef SYS_truncate64
		NOT(truncate64),
#endif
#ifdef SYS_chmod
		NOT(chmod),
		NOT(chown),
		NOT(lchown),
		NOT(utime),
		NOT(utimes),
		NOT(futimesat),
#endif
#ifdef SYS_fchmodat2
		NOT(fchmodat2),
#endif
		NOT(fchmodat),
		NOT(fchownat),
		NOT(utimensat),
		NOT(setxattr),
		NOT(lsetxattr),
		NOT(removexattr),
		NOT(lremovexattr),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(rules) / sizeof(rules[0]), rules };
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#else
	return -1;
#endif
}

/* --- files --- */

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE)
#define WRITING                                                                                                        \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |              \
		LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |             \
		LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |          \
		LANDLOCK_ACCESS_FS_MAKE_SYM)

static void allow(int rules, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };
	struct stat st;
	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	/* A file takes no rights that only directories have. */
	if (!fstat(rule.parent_fd, &st) && !S_ISDIR(st.st_mode))
		rule.allowed_access &= ~(uint64_t)LANDLOCK_ACCESS_FS_READ_DIR;
	syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
}

/* The file of the command, wherever it lies, and of what a link to it stands for. */
static void allow_own(int rules, const char *command)
{
	const char *dir = strchr(command, '/') ? "" : getenv("PATH");
	while (dir) {
		size_t n = strcspn(dir, ":");
		char *path = NULL;
		if (asprintf(&path, "%.*s%s%s", (int)n, dir, n ? "/" : "", command) >= 0 && !access(path, X_OK)) {
			allow(rules, path, READING);
			free(path);
			return;
		}
		free(path);
		dir = dir[n] ? dir + n + 1 : NULL;
	}
}

/* Kernels without Landlock go on without it: there is no network all the same. */
static void refuse_files(const char *command)
{
	static const char *const system[] = { "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt", "/etc",
		"/nix/store", "/gnu/store" };
	static const char *const devices[] = { "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom" };
	struct landlock_ruleset_attr attr = { .handled_access_fs = READING | WRITING };
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr.handled_access_fs), 0);
	if (rules < 0)
		return;
	for (size_t i = 0; i < sizeof(system) / sizeof(system[0]); i++)
		allow(rules, system[i], READING);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		allow(rules, devices[i], LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
	allow_own(rules, command);
	syscall(SYS_landlock_restrict_self, rules, 0);
	close(rules);
}

static void limit(int what, rlim_t most)
{
	struct rlimit l = { most, most };
	setrlimit(what, &l);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return HTML_EXIT_USAGE;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	syscall(SYS_close_range, 3u, ~0u, 0u);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, CPU_SECONDS);
	limit(RLIMIT_FSIZE, FILE_OCTETS);
#ifndef BOXWOOD_SANITIZED
	limit(RLIMIT_AS, ADDRESS_SPACE);
#endif
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return HTML_EXIT_OPEN;
	refuse_files(argv[1]);
	if (refuse_calls())
		return HTML_EXIT_OPEN;
	execvp(argv[1], argv + 1);
	return EXIT_NO_COMMAND;
}
