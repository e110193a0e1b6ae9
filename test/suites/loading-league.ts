/** A small league whose answers can be told by looking at it. */
import { Badge, Entry, Game, type League, Player, Team } from "./loading-models.ts";

export const red = "10000000-0000-4000-8000-00000000000a";
const blue = "10000000-0000-4000-8000-00000000000b";
const ghosts = "10000000-0000-4000-8000-00000000000c";
const gone = new Date("2024-01-02T03:04:05.000Z");

export const fixed: League = {
  teams: [new Team({ id: red, name: "red" }), new Team({ id: blue, name: "blue" }), new Team({ id: ghosts, name: "ghosts" })],
  players: [
    new Player({ id: 1n, handle: "ann", rank: 3, teamId: red }),
    new Player({ id: 2n, handle: "bob", rank: 2, teamId: red, captainId: 1n }),
    new Player({ id: 3n, handle: "cleo", rank: 2, teamId: red, captainId: 1n }),
    new Player({ id: 4n, handle: "dan", rank: 9, teamId: blue, captainId: 2n }),
    new Player({ id: 5n, handle: "eve", rank: 5, teamId: blue, captainId: 4n, deletedAt: gone }),
    new Player({ id: 6n, handle: "finn", rank: 1, captainId: 5n }),
  ],
  badges: [new Badge({ id: 1, playerHandle: "ann", colour: "gold" }), new Badge({ id: 2, playerHandle: "dan", colour: "tin" })],
  games: [new Game({ code: "go", title: "Go" }), new Game({ code: "chess", title: "Chess" }), new Game({ code: "none", title: "None" })],
  entries: [
    new Entry({ playerId: 1n, gameCode: "go", points: 5 }),
    new Entry({ playerId: 1n, gameCode: "chess", points: 7 }),
    new Entry({ playerId: 2n, gameCode: "go", points: 1 }),
    new Entry({ playerId: 2n, gameCode: "chess", points: 2, deletedAt: gone }),
    new Entry({ playerId: 5n, gameCode: "chess", points: 4 }),
  ],
};
