// Keys in little room.

/// What an asset is called among its neighbours: the last segment of its key.
export const leaf_of = (key: string): string => key.slice(key.lastIndexOf('/') + 1);
export const folder_of = (key: string): string => key.slice(0, Math.max(0, key.lastIndexOf('/')));

/// At most `most` characters: the middle goes, as names differ at their ends.
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  if (most < 2) return most === 1 ? '…' : '';
  const tail = Math.floor((most - 1) / 2);
  return text.slice(0, most - 1 - tail) + '…' + (tail ? text.slice(-tail) : '');
}
