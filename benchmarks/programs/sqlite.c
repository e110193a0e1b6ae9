/*
 * The floor on SQLite: the C library by itself, statements prepared once, every value read, nothing kept.
 * Started with a file; each line it reads is "scenario calls first", each line it writes is "microseconds cpu sum".
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static double cpu(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static void fail(const char *message) {
  fprintf(stderr, "%s\n", message);
  exit(1);
}

static uint32_t of_text(sqlite3_stmt *statement, int column) {
  const unsigned char *text = sqlite3_column_text(statement, column);
  int length = sqlite3_column_bytes(statement, column);
  return length * 31 + text[length - 1] + text[length >> 1] * 7;
}

static uint32_t read_user(sqlite3_stmt *statement) {
  double sum = sqlite3_column_int(statement, 0) * 7.0 + sqlite3_column_int(statement, 3) * 3.0 + sqlite3_column_double(statement, 4) * 2.0 +
               of_text(statement, 1) + of_text(statement, 2) * 5.0;
  return (uint32_t)(int64_t)sum;
}

static uint32_t read_row(sqlite3_stmt *statement) { return read_user(statement) * 2654435761u; }

static uint32_t read_email(sqlite3_stmt *statement) { return of_text(statement, 0) * 2654435761u; }

static sqlite3_stmt *prepare(sqlite3 *database, const char *text) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v3(database, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) fail(sqlite3_errmsg(database));
  return statement;
}

int main(int count, char **arguments) {
  if (count != 2) fail("usage: sqlite file");
  sqlite3 *database;
  if (sqlite3_open(arguments[1], &database) != SQLITE_OK) fail(sqlite3_errmsg(database));
  sqlite3_exec(database, "PRAGMA cache_size = -16384; PRAGMA busy_timeout = 5000", NULL, NULL, NULL);
  sqlite3_stmt *one = prepare(database, "SELECT id, name, email, age, score FROM bench_users WHERE id = ?");
  sqlite3_stmt *all = prepare(database, "SELECT id, name, email, age, score FROM bench_users");
  sqlite3_stmt *emails = prepare(database, "SELECT email FROM bench_users");
  printf("ready %s\n", sqlite3_libversion());
  fflush(stdout);
  char scenario[32];
  int calls, first;
  while (scanf("%31s %d %d", scenario, &calls, &first) == 3) {
    int by_id = strcmp(scenario, "by-id") == 0;
    int is_column = strcmp(scenario, "column") == 0;
    sqlite3_stmt *statement = by_id ? one : is_column ? emails : all;
    uint32_t (*read)(sqlite3_stmt *) = by_id ? read_user : is_column ? read_email : read_row;
    uint32_t sum = 0;
    double cpu_before = cpu(), start = now();
    for (int index = first; index < first + calls; index++) {
      if (by_id) sqlite3_bind_int(statement, 1, (int)((int64_t)index * 7919 % 10000 + 1));
      int step;
      while ((step = sqlite3_step(statement)) == SQLITE_ROW) sum += read(statement);
      if (step != SQLITE_DONE) fail(sqlite3_errmsg(database));
      sqlite3_reset(statement);
    }
    double time = now() - start;
    printf("%.3f %.3f %d\n", time, cpu() - cpu_before, (int32_t)sum);
    fflush(stdout);
  }
  sqlite3_finalize(one);
  sqlite3_finalize(all);
  sqlite3_finalize(emails);
  sqlite3_close(database);
  return 0;
}
