/**
 * The same text as one piece of memory with one byte a character, where it can be.
 *
 * Text that was added up is a tree, and V8 may keep names that some other module uses as well in two bytes a character.
 * One such piece makes a whole page twice as large, and twice as slow to make.
 */
export function onePiece(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  const plain = bytes.toString('latin1');
  return plain === text ? plain : text;
}
