"""Asks the Linux kernel who may read what: the oracle of tests/it/kernel_acl.rs.

Input: {"subjects": [{"uid", "gids"}], "trees": [[{"path", "directory", "uid", "gid", "acl": [[tag, bits, id]]}]]}, the
nodes of a tree from its root down. Output: {"answers": [per subject [per tree [per node "0" or "1"]]]}, or
{"skipped": why}. Asked is `r--` of a file and `r-x` of a folder, by the real identity, with every folder above in the way.
"""

import json
import os
import shutil
import struct
import sys
import tempfile

XATTR = "system.posix_acl_access"


def packed(entries):
    """The kernel's binary form: version 2, then tag, permissions and id of each entry, in the order of the draft."""
    no_id = 0xFFFFFFFF
    body = b"".join(struct.pack("<HHI", tag, bits, no_id if owner is None else owner) for tag, bits, owner in entries)
    return struct.pack("<I", 2) + body


def build(root, trees):
    """The trees with their owners and ACLs, the deepest first, so that no ACL is in the way of the next node."""
    for number, tree in enumerate(trees):
        for node in tree:
            place = os.path.join(root, str(number), node["path"])
            if node["directory"]:
                os.mkdir(place)
            else:
                os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        for node in reversed(tree):
            place = os.path.join(root, str(number), node["path"])
            os.chown(place, node["uid"], node["gid"])
            os.setxattr(place, XATTR, packed(node["acl"]))


def ask(root, trees, subject):
    """One child for each subject: it gives up everything else it is, and answers for every node."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        gids, uid = subject["gids"], subject["uid"]
        os.setgroups(gids)
        os.setresgid(gids[0], gids[0], gids[0])
        os.setresuid(uid, uid, uid)
        answers = [] if os.access(root, os.X_OK) else None
        for number, tree in enumerate(trees if answers is not None else []):
            row = ""
            for node in tree:
                want = os.R_OK | os.X_OK if node["directory"] else os.R_OK
                row += "1" if os.access(os.path.join(root, str(number), node["path"]), want) else "0"
            answers.append(row)
        with os.fdopen(write_end, "w") as pipe:
            json.dump(answers, pipe)
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        answers = json.load(pipe)
    os.waitpid(child, 0)
    return answers


def main():
    question = json.load(sys.stdin)
    if not hasattr(os, "setxattr") or os.geteuid() != 0:
        return {"skipped": "setting owners and ACLs needs Linux and root"}
    root = tempfile.mkdtemp(prefix="canread-acl-")
    try:
        os.chmod(root, 0o711)
        try:
            os.setxattr(root, XATTR, packed([[1, 7, None], [4, 1, None], [32, 1, None]]))
        except OSError as error:
            return {"skipped": f"no ACLs on the file system of {root}: {error}"}
        build(root, question["trees"])
        answers = [ask(root, question["trees"], subject) for subject in question["subjects"]]
        if None in answers:
            return {"skipped": f"{root} lies in a folder that not everyone may pass; set TMPDIR"}
        return {"answers": answers}
    finally:
        shutil.rmtree(root, ignore_errors=True)


print(json.dumps(main()))
