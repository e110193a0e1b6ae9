/** The till of one day: sales with their lines and payments. A sale that was entered by mistake is marked as deleted, not lost. */
import { belongsTo, decimal, hasMany, int, Model, oneOf, softDelete, text, timestamp } from "petrel";
import { Track } from "./music.ts";
import { Customer } from "./sales.ts";

const money = () => decimal({ precision: 10, scale: 2 });

export class Sale extends Model("TillSale", {
  id: int().primaryKey(),
  number: text({ maxLength: 20 }).unique(),
  customerId: int().index(),
  soldAt: timestamp(),
  total: money(),
  version: int().version(),
  ...softDelete,

  customer: () => belongsTo(Customer, "customerId"),
  lines: () => hasMany(SaleLine, "saleId"),
  payments: () => hasMany(Payment, "saleId"),
}) {}

export class SaleLine extends Model("TillSaleLine", {
  id: int().primaryKey(),
  saleId: int().index(),
  trackId: int(),
  unitPrice: money(),
  quantity: int({ min: 1 }),

  sale: () => belongsTo(Sale, "saleId", { onDelete: "cascade" }),
  track: () => belongsTo(Track, "trackId"),
}) {}

/** Money in, or out again. */
export class Payment extends Model("TillPayment", {
  id: int().primaryKey(),
  saleId: int().index(),
  kind: oneOf("charge", "refund"),
  amount: money(),

  sale: () => belongsTo(Sale, "saleId", { onDelete: "cascade" }),
}) {}
