package dev.lblc.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.ExpectedLog;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@ExpectedLog("WARN Availability: server .* unavailable")
class AvailabilityTest {
  private final List<String> heard = new ArrayList<>();
  private final Availability availability =
      new Availability("images", "cache-1", true, (id, up) -> heard.add(id + " " + up));

  @Test
  void changes_ofEitherSource_areReportedOnce() {
    availability.checked(false, "test");
    availability.checked(false, "test");
    availability.checked(true, "test");
    availability.ejected(true, "test");
    availability.ejected(false, "test");
    assertThat(heard)
        .containsExactly("cache-1 false", "cache-1 true", "cache-1 false", "cache-1 true");
  }

  @Test
  void bothSources_againstIt_mustBothPassAgain() {
    availability.ejected(true, "test");
    availability.checked(false, "test");
    availability.ejected(false, "test");
    assertThat(availability.available()).isFalse();
    assertThat(heard).containsExactly("cache-1 false");
    availability.checked(true, "test");
    assertThat(availability.available()).isTrue();
    assertThat(heard).containsExactly("cache-1 false", "cache-1 true");
  }

  @Test
  void stopped_reportsNothing() {
    availability.stop();
    availability.checked(false, "test");
    assertThat(heard).isEmpty();
  }
}
