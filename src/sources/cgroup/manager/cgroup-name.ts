import { createHash } from 'node:crypto';

const SAFE = /^[A-Za-z0-9_@:-][A-Za-z0-9_.@:-]{0,99}$/;
/** In v2 a cgroup and the files of its parent share one name space. */
const KERNEL_FILE = /^(cgroup|cpu|cpuset|memory|io|pids|rdma|hugetlb|misc|irq|dmem)\./;
const SLUG_LENGTH = 60;
const HASH_LENGTH = 16;

/** A directory name for any text: the text itself when it is safe, else a readable part of it and a hash of it all. */
export function cgroupName(text: string): string {
  if (SAFE.test(text) && !KERNEL_FILE.test(text)) return text;
  const slug = text.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, SLUG_LENGTH);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
  return `task-${slug}-${hash}`;
}
