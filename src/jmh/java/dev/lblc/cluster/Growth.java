package dev.lblc.cluster;

import dev.lblc.scheduler.TableSizes;
import java.util.Arrays;

/**
 * What sharing costs as nodes, destinations and servers grow: CPU, messages and bytes, for nodes in this JVM. CPU is that of
 * threads of Java, without compiler and collector, so that other work of the machine matters little.
 *
 * <pre>
 * reports NODES SERVICES SERVERS CHANGING INTERVALS     a report of connections, of so many servers whose counts change
 * placements NODES TABLE COUNT                          a new destination, and a use of a known one
 * uses NODES TABLE                                      a last use that is shared, of a destination that all nodes use
 * tables DESTINATIONS                                   the table of one node: heap, decisions, and a walk through it
 * </pre>
 *
 * <p>NODES, CHANGING, TABLE and DESTINATIONS may be several numbers with commas between them; {@code then} stands between one and
 * the next of these.
 *
 * <pre>
 * mvn -q test-compile exec:exec@jmh -Djmh.main=dev.lblc.cluster.Growth -Djmh.args="placements 1,2,4,8,16 10000,100000 2000"
 * </pre>
 */
public final class Growth {
  private Growth() {}

  /**
   * Measures.
   *
   * @param args as above
   */
  public static void main(String[] args) throws Exception {
    for (String what : String.join(" ", args).split(" then ")) {
      measure(what.split(" "));
    }
    System.exit(0); // Hazelcast's threads would keep the JVM for a while
  }

  private static void measure(String[] args) throws Exception {
    switch (args[0]) {
      case "reports" -> {
        System.out.print(CountGrowth.Result.HEAD);
        for (int nodes : numbers(args[1])) {
          for (int changing : numbers(args[4])) {
            System.out.println(CountGrowth.measure(
                nodes, number(args[2]), number(args[3]), changing, number(args[5])));
          }
        }
      }
      case "placements" -> {
        System.out.print(TableGrowth.PLACEMENTS);
        for (int table : numbers(args[2])) {
          for (int nodes : numbers(args[1])) {
            System.out.println(TableGrowth.placements(nodes, table, number(args[3])));
          }
        }
      }
      case "uses" -> {
        System.out.print(TableGrowth.USES_HEAD);
        for (int table : numbers(args[2])) {
          for (int nodes : numbers(args[1])) {
            System.out.println(TableGrowth.uses(nodes, table));
          }
        }
      }
      case "tables" -> {
        System.out.print(TableSizes.HEAD);
        for (int destinations : numbers(args[1])) {
          System.out.println(TableSizes.measure(destinations));
        }
      }
      default ->
        throw new IllegalArgumentException(
            args[0] + " (expected: reports, placements, uses or tables)");
    }
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }

  private static int[] numbers(String list) {
    return Arrays.stream(list.split(",")).mapToInt(Growth::number).toArray();
  }
}
