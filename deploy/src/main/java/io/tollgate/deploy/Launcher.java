package io.tollgate.deploy;

import io.tollgate.deploy.Serving.Part;
import io.tollgate.edge.Gateway;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line. Its exit code is 0 where all went well, 2 where the command line or the
 * settings are wrong, 1 where they are right and it could not start, or found the audit altered.
 */
@Command(
    name = "tollgate",
    description = "An API-key gateway.",
    mixinStandardHelpOptions = true,
    versionProvider = Launcher.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Settings come from the environment (TOLLGATE_EDGE_PORT) and from the YAML file that",
      "TOLLGATE_CONFIG names (edge.port); deploy/docs/configuration.md lists them all.",
      "Exit codes: 0 done, 1 could not start, or the audit was altered, 2 wrong command line or",
      "settings."
    })
public final class Launcher {
  private static final int START_FAILED = 1;
  private static final int AUDIT_ALTERED = 1;

  private final Map<String, String> environment;

  // Set by the parser before a command runs.
  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec spec;

  private Launcher(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(System.getenv(), arguments));
  }

  private static int run(Map<String, String> environment, String... arguments) {
    return new CommandLine(new Launcher(environment))
        .setParameterExceptionHandler(Launcher::refuse)
        .setExecutionExceptionHandler(Launcher::fail)
        .execute(arguments.length == 0 ? new String[] {"--help"} : arguments);
  }

  @Command(description = "Run everything for trying out: stores, demo upstream and demo key too.")
  int dev() {
    Settings settings = Dev.settings(environment);
    Logs.readable(settings.get(Catalogue.LOG_LEVEL));
    return Dev.run(settings, environment, new Console(out()));
  }

  @Command(description = "Run edge and management in one process, on stores of your own.")
  int serve() {
    return serve(EnumSet.allOf(Part.class));
  }

  @Command(description = "Run the edge, on stores of your own.")
  int edge() {
    return serve(EnumSet.of(Part.EDGE));
  }

  @Command(description = "Run the management service, on stores of your own.")
  int management() {
    return serve(EnumSet.of(Part.MANAGEMENT));
  }

  @Command(description = "Bring the schema in Postgres to this version's state.")
  int migrate() {
    Settings settings = Settings.read(environment);
    Logs.readable("warn");
    String done = new Migration(new Composition(settings).postgres()).run();
    out().println(done);
    return CommandLine.ExitCode.OK;
  }

  @Command(description = "Begin a new epoch: to be done after Postgres was restored.")
  int epoch() {
    Settings settings = Settings.read(environment);
    Logs.readable("warn");
    String done = new EpochRenewal(new Composition(settings).postgres()).run();
    out().println(done);
    return CommandLine.ExitCode.OK;
  }

  @Command(description = "Prove that nobody altered the audit; exit code 1 if somebody did.")
  int audit() {
    Settings settings = Settings.read(environment);
    Logs.readable("warn");
    var done = new AuditVerification(new Composition(settings).postgres()).run();
    out().println(AuditVerification.sentence(done));
    return done.isValid() ? CommandLine.ExitCode.OK : AUDIT_ALTERED;
  }

  @Command(description = "Print every setting, its value and where it came from.")
  int config() {
    SettingsTable.lines(Settings.read(environment)).forEach(out()::println);
    out().flush();
    return CommandLine.ExitCode.OK;
  }

  private int serve(Set<Part> parts) {
    Settings settings = Settings.read(environment);
    Logs.json(settings.get(Catalogue.LOG_LEVEL));
    StopSignal stop = StopSignal.install();
    var serving = Serving.start(settings, parts);
    @Nullable Gateway gateway = serving.gateway();
    if (gateway == null) {
      stop.await();
    } else {
      var reload =
          RouteReload.start(gateway, settings, () -> Settings.read(environment), environment);
      StopSignal.on("HUP", reload::ask);
      stop.await();
      reload.close();
    }
    serving.stop();
    return CommandLine.ExitCode.OK;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private static int refuse(ParameterException fault, String[] arguments) {
    PrintWriter err = fault.getCommandLine().getErr();
    err.println("tollgate: " + Sentence.of(fault) + " (tollgate --help lists the commands)");
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  private static int fail(Exception fault, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    int code =
        switch (fault) {
          case SettingFault settings -> CommandLine.ExitCode.USAGE;
          case StartFault start -> START_FAILED;
          // A fault of our own: the whole of it is wanted for a report.
          default -> throw fault;
        };
    command.getErr().println("tollgate: " + fault.getMessage());
    command.getErr().flush();
    return code;
  }

  /** The version that the build has written into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      @Nullable String version = Launcher.class.getPackage().getImplementationVersion();
      return new String[] {"tollgate " + (version == null ? "(built in place)" : version)};
    }
  }
}
