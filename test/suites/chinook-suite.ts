/**
 * What the Chinook report says on every database: each figure, and each row of each table, against plain SQL on the SQLite file that the
 * data comes from, run by node:sqlite alone. The SQL counts money in whole cents.
 */
import assert from "node:assert/strict";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { OpenedStore } from "../../examples/chinook/open.ts";
import type { Books } from "../../examples/chinook/day-of-sales.ts";
import { sum, type Engine } from "../../src/entry/index.ts";
import { petrelFromSource } from "../support/petrel-from-source.ts";

petrelFromSource();

const figures = await import("../../examples/chinook/figures.ts");
const { reportLines } = await import("../../examples/chinook/print.ts");
const day = await import("../../examples/chinook/day-of-sales.ts");
const { stock } = await import("../../examples/chinook/till.ts");
const tillModels = await import("../../examples/chinook/models/till.ts");
const { treeOf } = await import("../../examples/chinook/text-table.ts");
const music = await import("../../examples/chinook/models/music.ts");
const people = await import("../../examples/chinook/models/sales.ts");

const file = fileURLToPath(new URL("../../examples/chinook/chinook.sqlite", import.meta.url));
const plain = new DatabaseSync(file, { readOnly: true });
const rows = (sql: string, ...values: SQLInputValue[]): unknown[] =>
  plain
    .prepare(sql)
    .all(...values)
    .map((row) => ({ ...row }));
const total = "CAST(round(i.Total * 100) AS INTEGER)";
const paid = "CAST(round(l.UnitPrice * l.Quantity * 100) AS INTEGER)";

export interface ChinookSuite {
  /** What the database is called in the tests' names. */
  readonly name: string;
  /** Opens the store once for all tests, which only read. */
  readonly open: () => Promise<OpenedStore>;
  /** Opens an empty till of the same kind. */
  readonly openTill: () => Promise<Engine>;
}

export const chinookSuite = ({ name, open, openTill }: ChinookSuite): void => {
  describe(`Chinook on ${name}`, () => {
    let store: OpenedStore;
    before(async () => void (store = await open()));
    after(() => store[Symbol.asyncDispose]());

    describe("the sales report", () => {
      test("sums up", async () => {
        const { firstSale, lastSale, ...counts } = await figures.overview(store.engine);
        const [expected] = rows(
          `SELECT count(*) AS invoices, (SELECT count(*) FROM Customer) AS customers, (SELECT sum(Quantity) FROM InvoiceLine) AS tracksSold,
                  sum(${total}) AS revenueCents FROM Invoice i`,
        );
        assert.deepEqual(counts, expected);
        const dates = rows("SELECT min(InvoiceDate) AS first, max(InvoiceDate) AS last FROM Invoice");
        const asText = (date: Date): string => date.toISOString().slice(0, 19).replace("T", " ");
        assert.deepEqual(dates, [{ first: asText(firstSale), last: asText(lastSale) }]);
      });

      test("has the revenue of every country in every year", async () => {
        const countries = await figures.revenueByCountry(store.engine);
        const flat = countries.flatMap(({ country, centsByYear }) => [...centsByYear].map(([year, cents]) => ({ country, year, cents })));
        const expected = rows(
          `SELECT c.Country AS country, CAST(substr(i.InvoiceDate, 1, 4) AS INTEGER) AS year, sum(${total}) AS cents
             FROM Invoice i JOIN Customer c ON c.CustomerId = i.CustomerId GROUP BY 1, 2 ORDER BY 1, 2`,
        );
        const sorted = flat.toSorted((a, b) => (a.country < b.country ? -1 : a.country > b.country ? 1 : a.year - b.year));
        assert.deepEqual(sorted, expected);
        const totals = rows(
          `SELECT c.Country AS country, sum(${total}) AS totalCents FROM Invoice i JOIN Customer c ON c.CustomerId = i.CustomerId
            GROUP BY 1 ORDER BY 2 DESC, 1`,
        );
        assert.deepEqual(
          countries.map(({ country, totalCents }) => ({ country, totalCents })),
          totals,
        );
      });

      test("has the best customers in their order", async () => {
        const customers = await figures.bestCustomers(store.engine, 59);
        const expected = rows(
          `SELECT c.FirstName || ' ' || c.LastName AS name, c.Country AS country, count(*) AS invoices, sum(${total}) AS spentCents,
                  max(i.InvoiceDate) AS lastInvoice
             FROM Customer c JOIN Invoice i ON i.CustomerId = c.CustomerId GROUP BY c.CustomerId ORDER BY 4 DESC, c.CustomerId`,
        );
        assert.deepEqual(
          customers.map((customer) => ({ ...customer, lastInvoice: `${customer.lastInvoice!.toISOString().slice(0, 10)} 00:00:00` })),
          expected,
        );
        assert.deepEqual(await figures.bestCustomers(store.engine, 3), customers.slice(0, 3));
      });

      test("has the best-selling artists", async () => {
        const expected = rows(
          `SELECT a.Name AS name, sum(l.Quantity) AS tracksSold, sum(${paid}) AS revenueCents
             FROM Artist a JOIN Album b ON b.ArtistId = a.ArtistId JOIN Track t ON t.AlbumId = b.AlbumId JOIN InvoiceLine l ON l.TrackId = t.TrackId
            GROUP BY a.ArtistId ORDER BY 3 DESC, 2 DESC, a.ArtistId LIMIT 200`,
        );
        assert.ok(expected.length > 100);
        assert.deepEqual(await figures.bestSellingArtists(store.engine, 200), expected);
      });

      test("has the best-selling genres", async () => {
        const expected = rows(
          `SELECT g.Name AS name, sum(l.Quantity) AS tracksSold, sum(${paid}) AS revenueCents
             FROM InvoiceLine l JOIN Track t ON t.TrackId = l.TrackId LEFT JOIN Genre g ON g.GenreId = t.GenreId
            GROUP BY g.GenreId ORDER BY 3 DESC, 2 DESC, g.GenreId LIMIT 100`,
        );
        assert.ok(expected.length > 20);
        assert.deepEqual(await figures.bestSellingGenres(store.engine, 100), expected);
      });

      test("has the invoices above their own customer's average", async () => {
        const found = await figures.invoicesAboveAverage(store.engine);
        const expected = rows(
          `WITH means AS (SELECT i.CustomerId, sum(${total}) AS spent, count(*) AS invoices FROM Invoice i GROUP BY 1)
           SELECT i.InvoiceId AS id, i.InvoiceDate AS date, c.FirstName || ' ' || c.LastName AS customer, ${total} AS totalCents,
                  CAST(round(spent * 1.0 / invoices) AS INTEGER) AS averageCents
             FROM Invoice i JOIN means m ON m.CustomerId = i.CustomerId JOIN Customer c ON c.CustomerId = i.CustomerId
            WHERE ${total} * invoices > spent ORDER BY 4 DESC, 1`,
        );
        assert.ok(expected.length > 100 && expected.length < 412);
        assert.deepEqual(
          found.map((invoice) => ({ ...invoice, date: `${invoice.date.toISOString().slice(0, 10)} 00:00:00` })),
          expected,
        );
      });

      test("has the customers who stopped buying", async () => {
        const expected = rows(
          `SELECT c.FirstName || ' ' || c.LastName AS name, c.Country AS country, e.FirstName || ' ' || e.LastName AS supportRep
             FROM Customer c LEFT JOIN Employee e ON e.EmployeeId = c.SupportRepId
            WHERE c.CustomerId NOT IN (SELECT CustomerId FROM Invoice WHERE InvoiceDate >= '2025-06-23 00:00:00')
            ORDER BY c.LastName, c.FirstName`,
        );
        assert.ok(expected.length > 5 && expected.length < 59);
        assert.deepEqual(await figures.quietCustomers(store.engine, new Date("2025-06-23T00:00:00Z")), expected);
      });

      test("has the tree of employees, with what their teams sold", async () => {
        const tree = await figures.employeeTree(store.engine);
        const flat = treeOf(tree, ({ reports }) => reports).map(({ node: { reports, ...employee } }) => ({
          ...employee,
          reports: reports.map(({ name }) => name).join(),
        }));
        const expected = rows(
          `WITH RECURSIVE below(boss, id) AS (
             SELECT EmployeeId, EmployeeId FROM Employee
             UNION ALL SELECT boss, e.EmployeeId FROM below JOIN Employee e ON e.ReportsTo = below.id),
           own AS (
             SELECT e.EmployeeId AS id, count(DISTINCT c.CustomerId) AS customers, coalesce(sum(${total}), 0) AS cents
               FROM Employee e LEFT JOIN Customer c ON c.SupportRepId = e.EmployeeId LEFT JOIN Invoice i ON i.CustomerId = c.CustomerId GROUP BY 1)
           SELECT e.FirstName || ' ' || e.LastName AS name, e.Title AS title, own.customers, own.cents AS salesCents,
                  (SELECT sum(customers) FROM own JOIN below USING (id) WHERE boss = e.EmployeeId) AS teamCustomers,
                  (SELECT sum(cents) FROM own JOIN below USING (id) WHERE boss = e.EmployeeId) AS teamSalesCents,
                  coalesce((SELECT group_concat(name) FROM (
                    SELECT r.FirstName || ' ' || r.LastName AS name FROM Employee r WHERE r.ReportsTo = e.EmployeeId ORDER BY r.LastName, r.FirstName
                  )), '') AS reports
             FROM Employee e JOIN own ON own.id = e.EmployeeId`,
        );
        const byName = (a: unknown, b: unknown): number => ((a as { name: string }).name < (b as { name: string }).name ? -1 : 1);
        assert.deepEqual(flat.toSorted(byName), expected.toSorted(byName));
        assert.deepEqual(
          tree.map(({ name }) => name),
          ["Andrew Adams"],
        );
      });

      test("fits a terminal of 80 columns and shows what was found", async () => {
        const lines = reportLines({
          overview: await figures.overview(store.engine),
          countries: await figures.revenueByCountry(store.engine),
          customers: await figures.bestCustomers(store.engine, 2),
          artists: await figures.bestSellingArtists(store.engine, 2),
          genres: await figures.bestSellingGenres(store.engine, 2),
          bigInvoices: await figures.invoicesAboveAverage(store.engine),
          quietSince: new Date("2025-06-23T00:00:00Z"),
          quietCustomers: await figures.quietCustomers(store.engine, new Date("2025-06-23T00:00:00Z")),
          employees: await figures.employeeTree(store.engine),
          books: await booksOfDay(store.engine),
        });
        assert.deepEqual(
          lines.filter((line) => line.length > 80),
          [],
        );
        assert.deepEqual(lines.slice(0, 2), [
          "Chinook, 2021-01-01 to 2025-12-22",
          "2,328.60 in 412 invoices to 59 customers for 2240 tracks",
        ]);
        assert.ok(lines.includes("  USA             103.95  102.98  103.01  127.98   85.14    523.06"));
        assert.ok(lines.includes("  All             449.46  481.45  469.58  477.53  450.58  2,328.60"));
        assert.ok(lines.includes("  │  └─ Jane Peacock    Sales Support Agent         21    833.04"));
        assert.deepEqual(lines.slice(-3), [
          "  All                                      15  15.85  13.87",
          "  15.85 charged, 1.98 refunded, 1 taken back: the books balance.",
          "  1 correction had to read again, 1 sale had a number that was taken.",
        ]);
      });
    });

    const booksOfDay = async (engine: Engine): Promise<Books> => {
      await using till = await openTill();
      await stock(engine, till);
      return await day.playDay(till);
    };

    describe("a day at the till", () => {
      test("ends with books that balance, to the cent", async () => {
        const sale = (number: number, customer: string, tracks: number, totalCents: number, paidCents = totalCents) => ({
          number: `2026-01-05/${number}`,
          customer,
          tracks,
          totalCents,
          paidCents,
        });
        assert.deepEqual(await booksOfDay(store.engine), {
          sales: [
            sale(1, "Luís Gonçalves", 3, 297),
            sale(2, "Leonie Köhler", 3, 297),
            sale(3, "François Tremblay", 5, 595),
            sale(4, "František Wichterlová", 2, 198, 0),
            sale(5, "Daan Peeters", 2, 198),
          ],
          tracksSold: 15,
          totalCents: 1585,
          linesCents: 1585,
          chargedCents: 1585,
          refundedCents: 198,
          takenBack: 1,
          staleWrites: 1,
          refusedNumbers: 1,
        });
      });

      test("leaves in the tables what the books say, and nothing in the store", async () => {
        await using till = await openTill();
        await stock(store.engine, till);
        await day.playDay(till);
        const all = await till.query(tillModels.Sale).withDeleted().orderBy("number").all();
        assert.deepEqual(
          all.map(({ number, total, version, deletedAt }) => [number, total, version, deletedAt !== null]),
          [
            // Marked as deleted and restored: two more writes.
            ["2026-01-05/1", "2.97", 3, false],
            ["2026-01-05/2", "2.97", 3, false],
            ["2026-01-05/3", "5.95", 1, false],
            ["2026-01-05/4", "1.98", 1, false],
            ["2026-01-05/5", "1.98", 1, false],
            ["2026-01-05/6", "1.98", 2, true],
          ],
        );
        assert.equal(await till.query(tillModels.SaleLine).count(), 11);
        assert.deepEqual(
          await till
            .query(tillModels.Payment)
            .groupBy("kind")
            .annotate({ paid: sum("amount") })
            .orderBy("kind")
            .all(),
          [
            { kind: "charge", paid: "17.83" },
            { kind: "refund", paid: "1.98" },
          ],
        );
        assert.equal(await store.engine.query(people.Invoice).count(), 412);
      });

      test("does not balance when a payment is lost", async () => {
        await using till = await openTill();
        await stock(store.engine, till);
        await day.playDay(till);
        await till.query(tillModels.Payment).filter({ id: 1 }).delete();
        const books = await day.closeBooks(till);
        assert.throws(() => day.assertBalance(books), /do not balance/);
      });
    });

    describe("the models of Chinook", () => {
      const tables = [
        ["Artist", music.Artist],
        ["Album", music.Album],
        ["Track", music.Track],
        ["Genre", music.Genre],
        ["MediaType", music.MediaType],
        ["Playlist", music.Playlist],
        ["PlaylistTrack", music.PlaylistTrack],
        ["Employee", people.Employee],
        ["Customer", people.Customer],
        ["Invoice", people.Invoice],
        ["InvoiceLine", people.InvoiceLine],
      ] as const;

      for (const [name, model] of tables) {
        test(`read every row and column of ${name}`, async () => {
          // The rows of every table are compared as text, whatever the model makes of them.
          const query = store.engine.query(model as typeof music.Artist);
          const stored = rows(`SELECT * FROM "${name}" ORDER BY 1, 2`).map((row) => Object.values(row as object));
          const loaded = (await query.all())
            .map((row) => Object.values(row))
            .sort((a, b) => Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1]));
          const asStored = (value: unknown, original: unknown): unknown => {
            if (value instanceof Date) return value.toISOString().slice(0, 19).replace("T", " ");
            return typeof original === "number" && typeof value === "string" ? Number(value) : value;
          };
          assert.equal(loaded.length, stored.length);
          assert.deepEqual(
            loaded.map((row, index) => row.map((value, column) => asStored(value, stored[index]![column]))),
            stored,
          );
        });
      }

      test("lead from playlists to tracks and back", async () => {
        const [grunge] = await store.engine.query(music.Playlist).filter({ name: "Grunge" }).with("tracks.playlists").all();
        const expected = rows(
          `SELECT t.Name AS name, (SELECT count(*) FROM PlaylistTrack WHERE TrackId = t.TrackId) AS playlists
             FROM Track t JOIN PlaylistTrack pt ON pt.TrackId = t.TrackId JOIN Playlist p ON p.PlaylistId = pt.PlaylistId
            WHERE p.Name = 'Grunge' ORDER BY t.TrackId`,
        );
        assert.deepEqual(
          grunge!.tracks.toSorted((a, b) => a.id - b.id).map(({ name, playlists }) => ({ name, playlists: playlists.length })),
          expected,
        );
        assert.ok(expected.length > 0);
      });

      test("sum over three to-many relations", async () => {
        const artists = await store.engine
          .query(music.Artist)
          .annotate({ sold: sum("albums.tracks.invoiceLines.quantity") })
          .filter({ sold__gt: 80 })
          .orderBy("-sold")
          .all();
        const expected = rows(
          `SELECT a.Name AS name, sum(l.Quantity) AS sold FROM Artist a JOIN Album b USING (ArtistId) JOIN Track t USING (AlbumId)
             JOIN InvoiceLine l USING (TrackId) GROUP BY a.ArtistId HAVING sold > 80 ORDER BY 2 DESC`,
        );
        assert.deepEqual(
          artists.map(({ name, sold }) => ({ name, sold })),
          expected,
        );
        assert.ok(expected.length > 1);
      });
    });
  });
};
