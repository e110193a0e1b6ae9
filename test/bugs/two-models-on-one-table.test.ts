/** Two models on one table: an error named the one that was used last, with its names for the columns. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { int, Model, text } from "../../src/entry/index.ts";
import { openEngine } from "../support/make-database.ts";

class Customer extends Model("people", { id: int().primaryKey(), email: text().unique() }) {}
class Employee extends Model("people", { id: int().primaryKey(), address: text().unique().named("email") }) {}

test("a violation names the model that was written, and its property", async () => {
  await using engine = await openEngine([Customer]);
  const session = engine.session();
  await session.insert(Customer, { email: "a@example.com" });
  const ofEmployee = { name: "UniqueViolation", model: "Employee", property: "address" };
  const ofCustomer = { name: "UniqueViolation", model: "Customer", property: "email" };
  for (let round = 0; round < 2; round++) {
    await assert.rejects(session.insert(Employee, { address: "a@example.com" }), ofEmployee);
    await assert.rejects(session.insert(Customer, { email: "a@example.com" }), ofCustomer);
  }
  await session.insert(Customer, { email: "b@example.com" });
  await assert.rejects(engine.query(Employee).filter({ id: 2 }).update({ address: "a@example.com" }), ofEmployee);
  await assert.rejects(engine.query(Customer).filter({ id: 2 }).update({ email: "a@example.com" }), ofCustomer);
});
