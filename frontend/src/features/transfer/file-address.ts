const addresses = new WeakMap<Blob, string>();

/** Where a player or a download finds the file. It lasts until it is forgotten: whoever shows the file comes and goes. */
export function addressOf(file: Blob): string {
  const address = addresses.get(file) ?? URL.createObjectURL(file);
  addresses.set(file, address);
  return address;
}

/** A file that has an address keeps its memory, whoever else has let go of it. */
export function forgetAddress(file: Blob): void {
  const address = addresses.get(file);
  if (address === undefined) return;
  addresses.delete(file);
  URL.revokeObjectURL(address);
}
