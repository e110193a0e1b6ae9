/** libsql. */
import Database from "libsql";
import { operationsOf } from "./sqlite-driver.mjs";

export const packages = ["libsql"];

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

export const contenders = () => [{ id: "libsql", name: "libsql", group: "driver", open }];
