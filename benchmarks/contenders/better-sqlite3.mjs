/** better-sqlite3. */
import Database from "better-sqlite3";
import { operationsOf } from "./sqlite-driver.mjs";

export const packages = ["better-sqlite3"];

const open = ({ path, pragmas }) => {
  const database = new Database(path);
  for (const pragma of pragmas) database.exec(pragma);
  return operationsOf({
    prepare: (text) => database.prepare(text),
    arrays: (text) => database.prepare(text).raw(),
    exec: (text) => database.exec(text),
    close: () => database.close(),
  });
};

export const contenders = () => [{ id: "better-sqlite3", name: "better-sqlite3", group: "driver", open }];
