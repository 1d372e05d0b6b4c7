package dev.lblc.gateway.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TcpFailureTest {
  @ParameterizedTest
  @EnumSource
  void failure_hasARowInTheUsersTable(TcpFailure failure) throws Exception {
    List<String> rows = Files.readAllLines(Path.of("conf", "README.md")).stream()
        .filter(
            line -> line.startsWith("| `" + failure.reason() + "` | `" + failure.label() + "` |"))
        .toList();
    assertThat(rows).hasSize(1);
  }

  @Test
  void labels_areDifferent() {
    assertThat(TcpFailure.values()).extracting(TcpFailure::label).doesNotHaveDuplicates();
    assertThat(TcpFailure.values())
        .allSatisfy(failure -> assertThat(failure.label()).matches("[a-z_]+"));
  }
}
