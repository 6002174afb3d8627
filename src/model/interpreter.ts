/** The number of bytes at the beginning of a program that {@link interpreterOf} needs. */
export const HEAD_BYTES = 4096;

const ELF_MAGIC = 0x7f454c46;
const PT_INTERP = 3;

/** The interpreter a program names: the dynamic loader of an ELF file, or the program after `#!`. */
export function interpreterOf(head: Buffer): string | undefined {
  if (head.subarray(0, 2).toString('latin1') === '#!') {
    return /^#![ \t]*([^ \t\n\0]+)/.exec(head.toString('utf8'))?.[1];
  }
  if (head.length < 64 || head.readUInt32BE(0) !== ELF_MAGIC || head[5] !== 1) return undefined;
  return head[4] === 2 ? elfInterpreter(head, ELF64) : elfInterpreter(head, ELF32);
}

/** Offsets of what is needed from an ELF header and its program headers. */
interface ElfLayout {
  readonly wide: boolean;
  readonly tableAt: number;
  readonly entrySizeAt: number;
  readonly countAt: number;
  readonly offsetAt: number;
  readonly sizeAt: number;
}
const ELF64: ElfLayout = { wide: true, tableAt: 32, entrySizeAt: 54, countAt: 56, offsetAt: 8, sizeAt: 32 };
const ELF32: ElfLayout = { wide: false, tableAt: 28, entrySizeAt: 42, countAt: 44, offsetAt: 4, sizeAt: 16 };

function elfInterpreter(head: Buffer, elf: ElfLayout): string | undefined {
  const word = (at: number) => (elf.wide ? Number(head.readBigUInt64LE(at)) : head.readUInt32LE(at));
  const entrySize = head.readUInt16LE(elf.entrySizeAt);
  for (let i = 0; i < head.readUInt16LE(elf.countAt); i += 1) {
    const at = word(elf.tableAt) + i * entrySize;
    if (entrySize === 0 || at + entrySize > head.length) return undefined;
    if (head.readUInt32LE(at) !== PT_INTERP) continue;
    const start = word(at + elf.offsetAt);
    const text = head
      .subarray(start, start + word(at + elf.sizeAt))
      .toString('utf8')
      .replace(/\0.*$/s, '');
    return text.startsWith('/') ? text : undefined;
  }
  return undefined;
}
