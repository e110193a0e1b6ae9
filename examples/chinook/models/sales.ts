/** Who sells and who buys: employees, their customers, and what those were invoiced. */
import { belongsTo, decimal, hasMany, int, Model, text, timestamp } from "petrel";
import { Track } from "./music.ts";

/** Where a person is to be found: both kinds of people have the same columns. */
const contact = {
  address: text({ maxLength: 70 }).nullable().named("Address"),
  city: text({ maxLength: 40 }).nullable().named("City"),
  state: text({ maxLength: 40 }).nullable().named("State"),
  country: text({ maxLength: 40 }).nullable().named("Country"),
  postalCode: text({ maxLength: 10 }).nullable().named("PostalCode"),
  phone: text({ maxLength: 24 }).nullable().named("Phone"),
  fax: text({ maxLength: 24 }).nullable().named("Fax"),
};

export class Employee extends Model("Employee", {
  id: int().primaryKey().named("EmployeeId"),
  lastName: text({ maxLength: 20 }).named("LastName"),
  firstName: text({ maxLength: 20 }).named("FirstName"),
  title: text({ maxLength: 30 }).nullable().named("Title"),
  reportsToId: int().nullable().index().named("ReportsTo"),
  birthDate: timestamp().nullable().named("BirthDate"),
  hireDate: timestamp().nullable().named("HireDate"),
  ...contact,
  email: text({ maxLength: 60 }).nullable().named("Email"),

  manager: () => belongsTo(Employee, "reportsToId"),
  reports: () => hasMany(Employee, "reportsToId"),
  customers: () => hasMany(Customer, "supportRepId"),
}) {
  get fullName() {
    return `${this.firstName} ${this.lastName}`;
  }
}

export class Customer extends Model("Customer", {
  id: int().primaryKey().named("CustomerId"),
  firstName: text({ maxLength: 40 }).named("FirstName"),
  lastName: text({ maxLength: 20 }).named("LastName"),
  company: text({ maxLength: 80 }).nullable().named("Company"),
  ...contact,
  email: text({ maxLength: 60 }).named("Email"),
  supportRepId: int().nullable().index().named("SupportRepId"),

  supportRep: () => belongsTo(Employee, "supportRepId"),
  invoices: () => hasMany(Invoice, "customerId"),
}) {
  get fullName() {
    return `${this.firstName} ${this.lastName}`;
  }
}

export class Invoice extends Model("Invoice", {
  id: int().primaryKey().named("InvoiceId"),
  customerId: int().index().named("CustomerId"),
  invoiceDate: timestamp().named("InvoiceDate"),
  billingAddress: text({ maxLength: 70 }).nullable().named("BillingAddress"),
  billingCity: text({ maxLength: 40 }).nullable().named("BillingCity"),
  billingState: text({ maxLength: 40 }).nullable().named("BillingState"),
  billingCountry: text({ maxLength: 40 }).nullable().named("BillingCountry"),
  billingPostalCode: text({ maxLength: 10 }).nullable().named("BillingPostalCode"),
  total: decimal({ precision: 10, scale: 2 }).named("Total"),

  customer: () => belongsTo(Customer, "customerId"),
  lines: () => hasMany(InvoiceLine, "invoiceId"),
}) {}

export class InvoiceLine extends Model("InvoiceLine", {
  id: int().primaryKey().named("InvoiceLineId"),
  invoiceId: int().index().named("InvoiceId"),
  trackId: int().index().named("TrackId"),
  unitPrice: decimal({ precision: 10, scale: 2 }).named("UnitPrice"),
  quantity: int().named("Quantity"),

  invoice: () => belongsTo(Invoice, "invoiceId"),
  track: () => belongsTo(Track, "trackId"),
}) {}
