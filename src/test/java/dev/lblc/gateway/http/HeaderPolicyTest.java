package dev.lblc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The plan that is made of headers, done by the simplest writer there is. */
final class HeaderPolicyTest {
  static Stream<HeaderCases.Case> cases() {
    return HeaderCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void plan_ofHeaders_saysWhatGoesOn(HeaderCases.Case row) {
    List<String> gone = new ArrayList<>();
    for (String line : row.came()) {
      if (!row.plan().drops(ListedHeaders.name(line))) {
        gone.add(line);
      }
    }
    for (int i = 0; i < row.plan().lines(); i++) {
      gone.add(row.plan().name(i) + ": " + row.plan().value(i));
    }
    assertThat(gone).containsExactlyInAnyOrderElementsOf(row.goes());
  }
}
