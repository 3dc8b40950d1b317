/** Where the jobs go, and in what they run. */
export interface KubernetesOptions {
  /** Namespace of the cluster. It has to exist. */
  readonly clusterNamespace: string;
  /** Container image of jobs that have no annotation `kubernetes-image`. @default none: every job needs the annotation */
  readonly image?: string;
  /** Context of the kubeconfig. @default the current one */
  readonly context?: string;
}
