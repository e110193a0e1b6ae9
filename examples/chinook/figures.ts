/** The figures of the sales report, as plain data. Amounts of money are whole cents. */
import { count, max, min, sum, type Engine } from "petrel";
import { centsOf } from "./money.ts";
import { Customer, Employee, Invoice, InvoiceLine } from "./models/sales.ts";

export interface Overview {
  readonly invoices: number;
  readonly customers: number;
  readonly tracksSold: number;
  readonly revenueCents: number;
  readonly firstSale: Date;
  readonly lastSale: Date;
}

/** Throws where the store has not sold anything yet. */
export const overview = async (engine: Engine): Promise<Overview> => {
  const [sales, tracksSold, customers] = await Promise.all([
    engine
      .query(Invoice)
      .aggregate({ invoices: count(), revenue: sum("total"), firstSale: min("invoiceDate"), lastSale: max("invoiceDate") }),
    engine.query(InvoiceLine).sum("quantity"),
    engine.query(Customer).count(),
  ]);
  const { invoices, revenue, firstSale, lastSale } = sales;
  if (firstSale === null || lastSale === null) throw new Error("There is nothing to report: the store has no invoices.");
  return { invoices, customers, tracksSold: tracksSold ?? 0, revenueCents: centsOf(revenue), firstSale, lastSale };
};

export interface CountryRevenue {
  readonly country: string;
  readonly centsByYear: ReadonlyMap<number, number>;
  readonly totalCents: number;
}

/** What customers of each country were invoiced, year by year; the best country first. */
export const revenueByCountry = async (engine: Engine): Promise<CountryRevenue[]> => {
  const groups = await engine
    .query(Invoice)
    .annotate((invoice) => ({ year: invoice.invoiceDate.year() }))
    .groupBy("customer.country", "year")
    .annotate({ revenue: sum("total") })
    .orderBy("customer.country", "year")
    .all();
  const byCountry = Map.groupBy(groups, ({ customer }) => customer.country ?? "unknown");
  return [...byCountry]
    .map(([country, years]) => {
      const centsByYear = new Map(years.map(({ year, revenue }) => [year, centsOf(revenue)]));
      return { country, centsByYear, totalCents: [...centsByYear.values()].reduce((total, cents) => total + cents, 0) };
    })
    .sort((a, b) => b.totalCents - a.totalCents || a.country.localeCompare(b.country));
};

export interface BestCustomer {
  readonly name: string;
  readonly country: string | null;
  readonly invoices: number;
  readonly spentCents: number;
  readonly lastInvoice: Date | null;
}

export const bestCustomers = async (engine: Engine, limit: number): Promise<BestCustomer[]> => {
  const customers = await engine
    .query(Customer)
    .annotate({ spent: sum("invoices.total"), invoiceCount: count("invoices"), lastInvoice: max("invoices.invoiceDate") })
    .orderBy((customer) => customer.spent.desc().nullsLast(), "id")
    .limit(limit)
    .all();
  return customers.map(({ fullName, country, invoiceCount, spent, lastInvoice }) => ({
    name: fullName,
    country,
    invoices: invoiceCount,
    spentCents: centsOf(spent),
    lastInvoice,
  }));
};

export interface BestSeller {
  readonly name: string;
  readonly tracksSold: number;
  readonly revenueCents: number;
}

/** Every line of every invoice with what was paid for it. Queries are values: both lists of best sellers go on from this one. */
const soldLines = (engine: Engine) => engine.query(InvoiceLine).annotate((line) => ({ paid: line.unitPrice.times(line.quantity) }));

export const bestSellingArtists = async (engine: Engine, limit: number): Promise<BestSeller[]> => {
  const groups = await soldLines(engine)
    .filter({ track__albumId__isNull: false })
    .groupBy("track.album.artist.id", "track.album.artist.name")
    .annotate({ revenue: sum("paid"), sold: sum("quantity") })
    .orderBy("-revenue", "-sold", "track.album.artist.id")
    .limit(limit)
    .all();
  return groups.map(({ track, revenue, sold }) => bestSeller(track.album?.artist.name, revenue, sold));
};

export const bestSellingGenres = async (engine: Engine, limit: number): Promise<BestSeller[]> => {
  const groups = await soldLines(engine)
    .groupBy("track.genre.id", "track.genre.name")
    .annotate({ revenue: sum("paid"), sold: sum("quantity") })
    .orderBy("-revenue", "-sold", "track.genre.id")
    .limit(limit)
    .all();
  return groups.map(({ track, revenue, sold }) => bestSeller(track.genre?.name, revenue, sold));
};

const bestSeller = (name: string | null | undefined, revenue: string | null, sold: number | null): BestSeller => ({
  name: name ?? "unknown",
  tracksSold: sold ?? 0,
  revenueCents: centsOf(revenue),
});

export interface BigInvoice {
  readonly id: number;
  readonly date: Date;
  readonly customer: string;
  readonly totalCents: number;
  /** Of the same customer's invoices, rounded to cents. */
  readonly averageCents: number;
}

/** Invoices above the average of their own customer's invoices; the largest first. "Total × invoices > spent" needs no division, so it is exact. */
export const invoicesAboveAverage = async (engine: Engine): Promise<BigInvoice[]> => {
  const invoices = await engine
    .query(Invoice)
    .annotate({ invoiceCount: count("customer.invoices"), spent: sum("customer.invoices.total") })
    .where((invoice) => invoice.total.times(invoice.invoiceCount).gt(invoice.spent))
    .with("customer")
    .orderBy("-total", "id")
    .all();
  return invoices.map(({ id, invoiceDate, customer, total, invoiceCount, spent }) => ({
    id,
    date: invoiceDate,
    customer: customer.fullName,
    totalCents: centsOf(total),
    averageCents: Math.round(centsOf(spent) / invoiceCount),
  }));
};

export interface QuietCustomer {
  readonly name: string;
  readonly country: string | null;
  /** Who looks after them. */
  readonly supportRep: string;
}

/** Customers who have not bought anything since `since`. */
export const quietCustomers = async (engine: Engine, since: Date): Promise<QuietCustomer[]> => {
  const customers = await engine
    .query(Customer)
    .exclude({ invoices__invoiceDate__gte: since })
    .with("supportRep")
    .orderBy("lastName", "firstName")
    .all();
  return customers.map(({ fullName, country, supportRep }) => ({ name: fullName, country, supportRep: supportRep?.fullName ?? "nobody" }));
};

export interface EmployeeNode {
  readonly name: string;
  readonly title: string | null;
  /** Of the employee's own. */
  readonly customers: number;
  readonly salesCents: number;
  /** Of the employee and of everybody below. */
  readonly teamCustomers: number;
  readonly teamSalesCents: number;
  readonly reports: readonly EmployeeNode[];
}

/** Everybody under the people who report to nobody. */
export const employeeTree = async (engine: Engine): Promise<EmployeeNode[]> => {
  const employees = await engine
    .query(Employee)
    .annotate({ customerCount: count("customers"), sales: sum("customers.invoices.total") })
    .orderBy("lastName", "firstName")
    .all();
  const byManager = Map.groupBy(employees, ({ reportsToId }) => reportsToId);
  const under = (manager: number | null): EmployeeNode[] =>
    (byManager.get(manager) ?? []).map(({ id, fullName, title, customerCount, sales }) => {
      const reports = under(id);
      const own = { customers: customerCount, salesCents: centsOf(sales) };
      const teamCustomers = reports.reduce((total, report) => total + report.teamCustomers, own.customers);
      const teamSalesCents = reports.reduce((total, report) => total + report.teamSalesCents, own.salesCents);
      return { name: fullName, title, ...own, teamCustomers, teamSalesCents, reports };
    });
  return under(null);
};
