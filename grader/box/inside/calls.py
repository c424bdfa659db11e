"""Numbers of the system calls that the filter names: (x86-64, arm64); None where the architecture has no such call.

Source: the kernel's own headers, `asm/unistd_64.h` and `asm-generic/unistd.h`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Numbers = tuple[int | None, int | None]

# fmt: off
# Refused with EPERM: other processes, namespaces, mounts, keyrings, the kernel, the clock, memory policy.
FORBIDDEN: Final[Mapping[str, Numbers]] = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "kcmp": (312, 272), "pidfd_getfd": (438, 438), "unshare": (272, 97),
    "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264), "fanotify_init": (300, 262), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "acct": (163, 89), "syslog": (103, 116), "vhangup": (153, 58), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "adjtimex": (159, 171), "clock_adjtime": (305, 266), "iopl": (172, None), "ioperm": (173, None),
    "modify_ldt": (154, None), "personality": (135, 92), "lookup_dcookie": (212, 18), "uselib": (134, None),
    "ustat": (136, None), "sysfs": (139, None), "nfsservctl": (180, 42), "_sysctl": (156, None),
    "mbind": (237, 235), "set_mempolicy": (238, 237), "migrate_pages": (256, 238), "move_pages": (279, 239),
    "memfd_secret": (447, 447), "ioprio_set": (251, 30),
}

# Answered with ENOSYS, so that libc falls back: memory that no limit counts, and ears on files that jobs share.
ABSENT: Final[Mapping[str, Numbers]] = {
    "clone3": (435, 435), "memfd_create": (319, 279), "shmget": (29, 194), "shmat": (30, 196),
    "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180), "inotify_init": (253, None),
    "inotify_init1": (294, 26), "fanotify_mark": (301, 263), "io_setup": (206, 0),
    "landlock_create_ruleset": (444, 444), "landlock_add_rule": (445, 445),
}

# Without namespaces a job has the uid of its zygote, perhaps of grade: it could shut their folders or mark them for a
# later job, which Landlock does not see. These do nothing and answer with success, so that copying a file still works.
IDLE: Final[Mapping[str, Numbers]] = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
}

OWNERS: Final[Mapping[str, Numbers]] = {  # refused there too, but openly: no honest program changes an owner
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
}

# Looked at by argument in seccomp.py.
ARGUED: Final[Mapping[str, Numbers]] = {
    "clone": (56, 220), "ioctl": (16, 29), "fcntl": (72, 25), "socket": (41, 198), "socketpair": (53, 199),
    "connect": (42, 203), "prlimit64": (302, 261), "setpriority": (141, 140), "sched_setaffinity": (203, 122),
    "setsockopt": (54, 208), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
}
# fmt: on
