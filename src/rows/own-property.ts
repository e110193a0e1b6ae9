/** Values become own properties whatever their name: a column may be called `__proto__`, or as an accessor of the model's prototype. */

/** Whether a plain assignment to an object of this prototype would do something else than make an own property. */
export const needsDefinition = (prototype: object | null, name: string): boolean => {
  for (
    let holder: object | null = prototype ?? Object.prototype;
    holder !== null;
    holder = Object.getPrototypeOf(holder) as object | null
  ) {
    const found = Object.getOwnPropertyDescriptor(holder, name);
    if (found !== undefined) return found.writable !== true;
  }
  return false;
};

export const defineOwn = (target: object, name: string, value: unknown): void => {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
};
