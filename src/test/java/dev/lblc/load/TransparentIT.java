package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.gateway.TransparentMain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * TPROXY: in a network namespace, connections to addresses that no interface has are handed to the gateway, whatever their
 * port. Skipped where this machine does not let us make one, or has no {@code nft}.
 */
final class TransparentIT {
  /** Sends what goes to 198.51.100.0/24 back in by the loopback, where the rule catches it. */
  private static final String SETUP = String.join(
      " && ",
      "ip link set lo up",
      "ip rule add fwmark 1 lookup 100",
      "ip route add local default dev lo table 100",
      "ip route add 198.51.100.0/24 dev lo src 127.0.0.1",
      "nft add table ip t",
      "nft 'add chain ip t out { type route hook output priority mangle; }'",
      "nft 'add chain ip t in { type filter hook prerouting priority mangle; }'",
      "nft add rule ip t out ip daddr 198.51.100.0/24 meta l4proto tcp meta mark set 1",
      "nft add rule ip t in ip daddr 198.51.100.0/24 meta l4proto tcp tproxy to 127.0.0.1:"
          + TransparentMain.PORT
          + " meta mark set 1 accept");

  private static final List<String> NAMESPACE =
      List.of("unshare", "--net", "sh", "-c", SETUP + " && exec \"$@\"", "sh");

  @Test
  void connections_thatTheKernelHandsOver_haveTheAddressTheirClientsMeant() throws Exception {
    List<String> command = new ArrayList<>(NAMESPACE);
    command.add("true");
    Program.Result possible = Program.run(new ProcessBuilder(command), Duration.ofSeconds(20));
    assumeTrue(
        possible.exitCode() == 0, "no network namespaces with nft here: " + possible.output());
    try (JavaProcess process = JavaProcess.launch(
            NAMESPACE,
            JavaProcess.QUICK_START,
            "seen ",
            TransparentMain.class.getName(),
            "198.51.100.7:80",
            "198.51.100.8:8443",
            "198.51.100.7:21")
        .awaitReady()) {
      assertThat(process.lines())
          .contains("seen [198.51.100.7:21, 198.51.100.7:80, 198.51.100.8:8443]");
    }
  }
}
