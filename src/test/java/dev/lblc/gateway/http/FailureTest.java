package dev.lblc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FailureTest {
  @ParameterizedTest
  @EnumSource
  void failure_hasARowInTheUsersTable(Failure failure) throws Exception {
    List<String> rows = Files.readAllLines(Path.of("conf", "README.md")).stream()
        .filter(line -> line.matches("\\|.*\\| .* \\| `" + failure.label() + "` \\|.*"))
        .toList();
    assertThat(rows).hasSize(1);
    if (failure != Failure.BAD_REQUEST) { // which has words for each case
      assertThat(rows.get(0)).contains("`" + failure.reason() + "`");
    }
  }

  @Test
  void labels_areDifferent() {
    assertThat(Failure.values()).extracting(Failure::label).doesNotHaveDuplicates();
    assertThat(Failure.values())
        .allSatisfy(failure -> assertThat(failure.label()).matches("[a-z_]+"));
  }
}
