/** node:sqlite, which comes with Node. */
import { DatabaseSync } from "node:sqlite";
import { operationsOf } from "./sqlite-driver.mjs";

export const packages = [];

const open = ({ path, pragmas }) => {
  const database = new DatabaseSync(path);
  for (const pragma of pragmas) database.exec(pragma);
  const arrays = (text) => {
    const statement = database.prepare(text);
    statement.setReturnArrays(true);
    return statement;
  };
  return operationsOf({
    prepare: (text) => database.prepare(text),
    arrays,
    exec: (text) => database.exec(text),
    close: () => database.close(),
  });
};

export const contenders = () => [{ id: "node-sqlite", name: "node:sqlite", group: "driver", open }];
