package dev.lblc.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.plugin.ServiceStatus.Connections;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.scheduler.ServerState;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ImbalanceTest {
  @Test
  void imbalance_ofNothing_isOne() {
    assertThat(Imbalance.of(List.of())).isEqualTo(1);
    assertThat(Imbalance.of(List.of(server(100, 0, true), server(100, 0, true))))
        .isEqualTo(1);
  }

  @Test
  void imbalance_ofShares_isOne() {
    assertThat(Imbalance.of(List.of(server(10, 1, true), server(90, 9, true)))).isEqualTo(1);
  }

  @Test
  void imbalance_ofOneThatHasAll_isTheNumberOfServers() {
    assertThat(Imbalance.of(List.of(server(10, 0, true), server(10, 7, true), server(10, 0, true))))
        .isEqualTo(3);
  }

  /** Of 8 connections on weights of 10 and 30 a server would have 2 and 6. */
  @Test
  void imbalance_goesByWeight() {
    assertThat(Imbalance.of(List.of(server(10, 3, true), server(30, 5, true)))).isEqualTo(1.5);
  }

  @Test
  void servers_thatGetNothingNew_doNotCount() {
    assertThat(Imbalance.of(List.of(
            server(10, 4, true), server(10, 4, true), server(0, 50, true), server(10, 50, false))))
        .isEqualTo(1);
  }

  private static ServerStatus server(int weight, int active, boolean isAvailable) {
    return new ServerStatus(
        "a",
        "127.0.0.1",
        1,
        weight,
        weight,
        0,
        0,
        0,
        isAvailable,
        false,
        isAvailable ? ServerState.UP : ServerState.DOWN,
        "",
        Instant.EPOCH,
        new Connections(0, active),
        new Connections(0, 0),
        "file",
        "1",
        null);
  }
}
