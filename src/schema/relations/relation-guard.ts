/** Stands on a model's prototype in place of each relation: reading one that no query loaded throws; setting one makes it an own property. */
import { RelationNotLoaded } from "../../base/errors.ts";

const notLoaded = (instance: object, name: string): never => {
  const model = instance.constructor.name;
  const variable = model.charAt(0).toLowerCase() + model.slice(1);
  const remedy = `Add .with("${name}") to the query, or load it with session.load(${variable}, "${name}").`;
  throw new RelationNotLoaded(`${model}.${name} is not loaded. ${remedy}`, { model, property: name });
};

export const guardRelation = (prototype: object, name: string): void => {
  Object.defineProperty(prototype, name, {
    configurable: true,
    enumerable: false,
    get(this: object): never {
      return notLoaded(this, name);
    },
    set(this: object, value: unknown) {
      Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
    },
  });
};
