/** The report as text: what `figures.ts` found out, laid out for a terminal of 80 columns. */
import type { Books } from "./day-of-sales.ts";
import type { BestCustomer, BestSeller, BigInvoice, CountryRevenue, EmployeeNode, Overview, QuietCustomer } from "./figures.ts";
import { formatCents } from "./money.ts";
import { bar, left, right, table, treeOf } from "./text-table.ts";

export interface Figures {
  readonly overview: Overview;
  readonly countries: readonly CountryRevenue[];
  readonly customers: readonly BestCustomer[];
  readonly artists: readonly BestSeller[];
  readonly genres: readonly BestSeller[];
  readonly bigInvoices: readonly BigInvoice[];
  readonly quietSince: Date;
  readonly quietCustomers: readonly QuietCustomer[];
  readonly employees: readonly EmployeeNode[];
  /** A day at the till of `till.ts`. */
  readonly books: Books;
}

const countriesShown = 10;
const invoicesShown = 8;
const quietShown = 8;

const day = (date: Date | null): string => (date === null ? "never" : date.toISOString().slice(0, 10));
const sumOf = (amounts: Iterable<number>): number => [...amounts].reduce((total, amount) => total + amount, 0);

const summary = ({ invoices, customers, tracksSold, revenueCents, firstSale, lastSale }: Overview): string[] => [
  `Chinook, ${day(firstSale)} to ${day(lastSale)}`,
  `${formatCents(revenueCents)} in ${invoices} invoices to ${customers} customers for ${tracksSold} tracks`,
];

const revenueTable = (countries: readonly CountryRevenue[]): string[] => {
  const years = [...new Set(countries.flatMap(({ centsByYear }) => [...centsByYear.keys()]))].sort();
  const row = (name: string, group: readonly CountryRevenue[]): string[] => [
    name,
    ...years.map((year) => formatCents(sumOf(group.map(({ centsByYear }) => centsByYear.get(year) ?? 0)))),
    formatCents(sumOf(group.map(({ totalCents }) => totalCents))),
  ];
  const others = countries.slice(countriesShown);
  return table(
    [left("Country"), ...years.map((year) => right(String(year))), right("Total")],
    [
      ...countries.slice(0, countriesShown).map((country) => row(country.country, [country])),
      ...(others.length > 0 ? [row(`${others.length} others`, others)] : []),
      row("All", countries),
    ],
  );
};

const customerTable = (customers: readonly BestCustomer[]): string[] =>
  table(
    [left("Customer"), left("Country"), right("Invoices"), right("Spent"), left("Last invoice")],
    customers.map(({ name, country, invoices, spentCents, lastInvoice }) => [
      name,
      country ?? "",
      String(invoices),
      formatCents(spentCents),
      day(lastInvoice),
    ]),
  );

const sellerTable = (what: string, sellers: readonly BestSeller[]): string[] => {
  const most = Math.max(...sellers.map(({ revenueCents }) => revenueCents));
  return table(
    [left(what), right("Tracks"), right("Revenue"), left("")],
    sellers.map(({ name, tracksSold, revenueCents }) => [
      name,
      String(tracksSold),
      formatCents(revenueCents),
      bar(most === 0 ? 0 : revenueCents / most, 24),
    ]),
  );
};

const invoiceTable = (invoices: readonly BigInvoice[]): string[] =>
  table(
    [right("Invoice"), left("Date"), left("Customer"), right("Total"), right("Average")],
    invoices
      .slice(0, invoicesShown)
      .map(({ id, date, customer, totalCents, averageCents }) => [
        String(id),
        day(date),
        customer,
        formatCents(totalCents),
        formatCents(averageCents),
      ]),
  );

const quietTable = (customers: readonly QuietCustomer[]): string[] => [
  ...table(
    [left("Customer"), left("Country"), left("Looked after by")],
    customers.slice(0, quietShown).map(({ name, country, supportRep }) => [name, country ?? "", supportRep]),
  ),
  ...(customers.length > quietShown ? [`and ${customers.length - quietShown} more`] : []),
];

const employeeTable = (employees: readonly EmployeeNode[]): string[] =>
  table(
    [left("Employee"), left("Title"), right("Customers"), right("Sales")],
    treeOf(employees, ({ reports }) => reports).map(({ lead, node }) => [
      lead + node.name,
      node.title ?? "",
      String(node.teamCustomers),
      formatCents(node.teamSalesCents),
    ]),
  );

const dayTable = ({
  sales,
  tracksSold,
  totalCents,
  chargedCents,
  refundedCents,
  takenBack,
  staleWrites,
  refusedNumbers,
}: Books): string[] => [
  ...table(
    [left("Sale"), left("Customer"), right("Tracks"), right("Total"), right("Paid")],
    [
      ...sales.map((sale) => [sale.number, sale.customer, String(sale.tracks), formatCents(sale.totalCents), formatCents(sale.paidCents)]),
      ["All", "", String(tracksSold), formatCents(totalCents), formatCents(chargedCents - refundedCents)],
    ],
  ),
  `${formatCents(chargedCents)} charged, ${formatCents(refundedCents)} refunded, ${takenBack} taken back: the books balance.`,
  `${staleWrites} correction had to read again, ${refusedNumbers} sale had a number that was taken.`,
];

const section = (title: string, lines: readonly string[]): string[] => ["", title, "", ...lines.map((line) => `  ${line}`)];

/** The whole report, line by line. */
export const reportLines = (figures: Figures): string[] => [
  ...summary(figures.overview),
  ...section("Revenue by country and year", revenueTable(figures.countries)),
  ...section("Best customers", customerTable(figures.customers)),
  ...section("Best-selling artists", sellerTable("Artist", figures.artists)),
  ...section("Best-selling genres", sellerTable("Genre", figures.genres)),
  ...section(
    `Invoices above their own customer's average: ${figures.bigInvoices.length}, the largest first`,
    invoiceTable(figures.bigInvoices),
  ),
  ...section(
    `Customers without an invoice since ${day(figures.quietSince)}: ${figures.quietCustomers.length}`,
    quietTable(figures.quietCustomers),
  ),
  ...section("Employees, with the customers and sales of everybody below them", employeeTable(figures.employees)),
  ...section("A day at the till: corrected by two clerks, refunded, taken back", dayTable(figures.books)),
];
